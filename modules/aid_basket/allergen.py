"""Constraints of a household at the till: what to stop, what to look at.

The till says "without peanuts", never for whom and never why. Goods that
contain it wait for one fixed answer; labels to look at gather in one place.
"""
from __future__ import annotations

from collections import defaultdict

from aid_branch.dated import DatedMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .exceptions import CheckoutError
from .presence import presence

CHOICES = [
    (None, ""),
    ('label_read', "Label Read"),
    ('other_member', "For Another Member"),
    ('family_decides', "The Family Decides"),
    ]
#: Constraints that are about what is in the goods
_GROUPS = ['allergen', 'diet']


class ProductAllergen(ModelSQL, ModelView):
    "What the label of a product declares of one allergen"
    __name__ = 'aid.product.allergen'

    template = fields.Many2One(
        'product.template', "Product", required=True, ondelete='CASCADE')
    kind = fields.Many2One(
        'aid.household.constraint.kind', "Constraint", required=True,
        ondelete='CASCADE', domain=[('group', 'in', _GROUPS)])
    presence = fields.Selection([
            ('contains', "Contains It"),
            ('traces', "May Contain Traces"),
            ], "Declared", required=True, sort=False)
    origin = fields.Selection([
            ('label', "Label"),
            ('off', "Open Food Facts"),
            ], "Read From", required=True, sort=False,
        help="What comes from Open Food Facts is under its licence, the "
        "ODbL 1.0.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('template_kind_unique',
                Unique(table, table.template, table.kind),
                'aid_basket.msg_product_allergen_unique'))

    @staticmethod
    def default_presence() -> str:
        return 'contains'

    @staticmethod
    def default_origin() -> str:
        return 'label'

    def get_rec_name(self, name: str) -> str:
        return f'{self.template.rec_name}: {self.kind.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('template.rec_name', *clause[1:])]


class PlausibleAllergen(DatedMixin, ModelSQL, ModelView):
    "A family that may well contain what somebody does not take"
    __name__ = 'aid.allergen.plausible'

    kind = fields.Many2One(
        'aid.household.constraint.kind', "Constraint", required=True,
        ondelete='CASCADE', domain=[('group', 'in', _GROUPS)])
    family = fields.Many2One(
        'aid.family', "Family", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.kind, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return f'{self.family.rec_name}: {self.kind.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('family.rec_name', *clause[1:])]


class Template(metaclass=PoolMeta):
    __name__ = 'product.template'

    allergens = fields.One2Many(
        'aid.product.allergen', 'template', "Allergens")
    allergens_declared = fields.Boolean(
        "All Allergens Declared",
        help="The label was read: what is not listed is not in it.")


@without_check_access
def constraints_of(basket) -> set:
    "The constraints to mind: those of the household, or those told"
    if household := getattr(basket, 'household', None):
        return {c.kind for c in household.constraints}
    if not getattr(basket, 'emergency', False):
        return set()
    return set(getattr(basket, 'told', None) or [])


def minded_by(basket) -> list:
    "The kinds of constraint that goods of *basket* may be against"
    return _about_goods(constraints_of(basket))


@without_check_access
def minded(household) -> list:
    "The kinds of constraint of *household* that goods may be against"
    if not household:
        return []
    return _about_goods({c.kind for c in household.constraints})


def _about_goods(kinds) -> list:
    return [k for k in kinds if k.group in _GROUPS]


def presences(household, products, date) -> dict:
    "What is known of *products* and the constraints of *household*"
    return present(minded(household), products, date)


@without_check_access
def present(kinds, products, date) -> dict:
    """What is known of *products* and the *kinds* of constraints.

    Two statements for all products, none where there is nothing to mind.

    :return: product → presence → kinds; products without any left out
    """
    products = [p for p in products if p]
    if not kinds or not products:
        return {}
    pool = Pool()
    Plausible = pool.get('aid.allergen.plausible')
    Declared = pool.get('aid.product.allergen')
    plausible = {
        (p.kind.id, p.family.id) for p in Plausible.search([
                *Plausible.valid_domain(date),
                ('kind', 'in', [k.id for k in kinds]),
                ])}
    declared = {
        (d.kind.id, d.template.id): d.presence for d in Declared.search([
                ('kind', 'in', [k.id for k in kinds]),
                ('template', 'in', [p.template.id for p in products]),
                ])}
    result: dict = {}
    for product in products:
        family = product.family
        found = defaultdict(list)
        for kind in kinds:
            what = presence(
                declared.get((kind.id, product.template.id)),
                bool(product.template.allergens_declared),
                bool(family and family.product == product),
                bool(family and (kind.id, family.id) in plausible))
            if what:
                found[what].append(kind)
        if found:
            result[product] = found
    return result


@without_check_access
def contained(basket, product) -> str:
    "What the household of *basket* does not take that is in *product*"
    found = present(minded_by(basket), [product], basket.session.date)
    return _names(found.get(product, {}).get('contains', []))


@without_check_access
def words(basket, lines) -> str:
    """The labels to look at before *lines* are handed over, in words.

    Goods that contain something and wait for an answer come first.
    """
    if not basket.session:
        return ''
    lines = _taken_now(lines)
    found = present(
        minded_by(basket), [l.product for l in lines], basket.session.date)
    stopped = _stopped(lines, found)
    looked_at = [
        l.product.name for l in lines if _to_look_at(l, found)]
    said = [
        gettext('aid_basket.msg_label_contains', product=l.product.name,
            kinds=_names(found[l.product]['contains']))
        for l in stopped]
    if looked_at:
        said.append(gettext(
                'aid_basket.msg_label_look',
                products=', '.join(dict.fromkeys(looked_at))))
    return ' '.join(said)


def labels_of(basket) -> str | None:
    "The labels to look at that the screen of *basket* shows"
    return getattr(basket, 'label_words', None) or None


def look_again(basket, labels: str | None) -> None:
    "Take the tick back where the labels are no longer those of before"
    if labels_of(basket) != labels:
        basket.labels_read = False


def _taken_now(lines) -> list:
    "The goods of *lines*, but those kept from a basket that is exchanged"
    return [
        l for l in lines
        if getattr(l, 'product', None) and not getattr(l, 'kept', None)]


def _stopped(lines, found: dict) -> list:
    return [
        l for l in lines if found.get(l.product, {}).get('contains')
        and not getattr(l, 'allergen_choice', None)]


def _to_look_at(line, found: dict) -> bool:
    what = found.get(line.product, {})
    return bool(what.get('traces') or what.get('unknown'))


def _names(kinds) -> str:
    return ', '.join(sorted(k.name for k in kinds))


@without_check_access
def check(baskets) -> None:
    """Ask for what was not answered yet before goods are handed over.

    :raises CheckoutError: goods that contain something without an answer, or
        labels that nobody has ticked as looked at
    """
    for basket in baskets:
        if not (kinds := minded_by(basket)):
            continue
        lines = _taken_now(basket.lines)
        found = present(
            kinds, [l.product for l in lines], basket.session.date)
        if stopped := _stopped(lines, found):
            raise CheckoutError(gettext(
                    'aid_basket.msg_checkout_contains',
                    basket=basket.rec_name,
                    product=stopped[0].product.name,
                    kinds=_names(found[stopped[0].product]['contains'])))
        if not basket.labels_read and any(
                _to_look_at(l, found) for l in lines):
            raise CheckoutError(gettext(
                    'aid_basket.msg_checkout_labels',
                    basket=basket.rec_name, words=words(basket, lines)))
