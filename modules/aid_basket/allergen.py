"""Constraints of a household at the till: what to stop, what to look at.

The till says "without peanuts", never for whom and never why. Goods that
contain it wait for one fixed answer; labels to look at gather in one place.
"""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import inactive_records, without_check_access

from aid_branch.dated import DatedMixin
from aid_branch.reading import read_lists

from .exceptions import CheckoutError
from .presence import gravest, presence

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


@without_check_access
def minded_words(basket) -> str:
    "The constraints to mind, in words"
    return ', '.join(sorted({k.name for k in constraints_of(basket)}))


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


def present(kinds, products, date, branch=None) -> dict:
    """What is known of *products* and the *kinds* of constraints.

    Four statements for all products, none where there is nothing to mind.

    :param branch: where they are; what lots on hand there were made of
        counts as well
    :return: product → presence → kinds; products without any left out
    """
    found = of_goods(
        kinds, [(product, None) for product in products], date, branch)
    return {product: what for (product, _), what in found.items()}


@without_check_access
def of_goods(kinds, goods, date, branch=None) -> dict:
    """What is known of *goods* and the *kinds* of constraints.

    Goods made of others hold whatever those hold, the gravest of it: whether
    a lot that is known was made so, or any that lies at *branch*.

    :param goods: (product, lot or None) each
    :return: (product, lot) → presence → kinds; those without any left out
    """
    goods = {(p, lot) for p, lot in goods if p}
    if not kinds or not goods:
        return {}
    MadeOf = Pool().get('aid.lot.made_of')
    of_lot = MadeOf.products_of({lot for _, lot in goods if lot})
    of_shelf = MadeOf.on_shelf(branch, {p for p, lot in goods if not lot})
    inside = {
        (product, lot): (
            of_lot.get(lot) or {product} if lot
            else {product} | of_shelf.get(product, set()))
        for product, lot in goods}
    known = _known(kinds, set().union(*inside.values()), date)
    result = {}
    for key, products in inside.items():
        found = defaultdict(list)
        for kind in kinds:
            if what := gravest(known[p, kind] for p in products):
                found[what].append(kind)
        if found:
            result[key] = found
    return result


def _known(kinds, products, date) -> dict:
    """What the labels of *products* say of *kinds*, or is plausible.

    :return: (product, kind) → presence or None
    """
    pool = Pool()
    Plausible = pool.get('aid.allergen.plausible')
    Declared = pool.get('aid.product.allergen')
    Template = pool.get('product.template')
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
    with inactive_records():
        # Asked for each time: templates may be lent
        complete = {t.id for t in Template.search([
                    ('id', 'in', [p.template.id for p in products]),
                    ('allergens_declared', '=', True),
                    ])}
    result = {}
    for product in products:
        family = product.template.family
        for kind in kinds:
            result[product, kind] = presence(
                declared.get((kind.id, product.template.id)),
                product.template.id in complete,
                bool(family and family.product == product),
                bool(family and (kind.id, family.id) in plausible))
    return result


@without_check_access
def contained(basket, product, lot=None) -> str:
    "What the household of *basket* does not take that is in *product*"
    session = basket.session
    found = of_goods(
        minded_by(basket), [(product, lot)], session.date, session.branch)
    return _names(found.get((product, lot), {}).get('contains', []))


def _of_lines(basket, lines) -> dict:
    "What is known of the goods of *lines*, see `of_goods`"
    session = basket.session
    return of_goods(
        minded_by(basket), map(_goods, lines), session.date, session.branch)


def _goods(line) -> tuple:
    "The product of *line*, and its lot where it is certain"
    certain = (
        getattr(line, 'lot_knowledge', None) == 'scanned'
        or getattr(line, 'parcel', None))
    return line.product, getattr(line, 'lot', None) if certain else None


@without_check_access
def words(basket, lines) -> str:
    """The labels to look at before *lines* are handed over, in words.

    Goods that contain something and wait for an answer come first.
    """
    if not basket.session:
        return ''
    lines = _taken_now(lines)
    found = _of_lines(basket, lines)
    stopped = _stopped(lines, found)
    looked_at = [
        l.product.name for l in lines if _to_look_at(l, found)]
    said = [
        gettext('aid_basket.msg_label_contains', product=l.product.name,
            kinds=_names(found[_goods(l)]['contains']))
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
        l for l in lines if found.get(_goods(l), {}).get('contains')
        and not getattr(l, 'allergen_choice', None)]


def _to_look_at(line, found: dict) -> bool:
    what = found.get(_goods(line), {})
    return bool(what.get('traces') or what.get('unknown'))


def _names(kinds) -> str:
    return ', '.join(sorted(k.name for k in kinds))


@without_check_access
def check(baskets) -> None:
    """Ask for what was not answered yet before goods are handed over.

    :raises CheckoutError: goods that contain something without an answer, or
        labels that nobody has ticked as looked at
    """
    read_lists(
        [b.household for b in baskets if b.household], 'constraints')
    for basket in baskets:
        lines = _taken_now(basket.lines)
        found = _of_lines(basket, lines)
        if stopped := _stopped(lines, found):
            raise CheckoutError(gettext(
                    'aid_basket.msg_checkout_contains',
                    basket=basket.rec_name,
                    product=stopped[0].product.name,
                    kinds=_names(found[_goods(stopped[0])]['contains'])))
        if not basket.labels_read and any(
                _to_look_at(l, found) for l in lines):
            raise CheckoutError(gettext(
                    'aid_basket.msg_checkout_labels',
                    basket=basket.rec_name, words=words(basket, lines)))
