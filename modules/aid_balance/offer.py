"""What a basket might hold, as an offer that may be ignored.

The volunteer changes it at will; what is taken comes into the basket as if
its products had been scanned, so that every rule of the till holds.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_basket import at_table, standing
from aid_basket.checkout import check_states
from aid_basket.finish_first import expected
from aid_basket.scan import Found
from aid_branch.named import visible

from . import need
from .exceptions import ProposalError
from .goods import Goods
from .parcels import Because, rule_set_of
from .proposal import Cap, Size, propose

#: What a cap counts that a choice of goods can respect
COUNTED = {'amount', 'kg', 'items'}


class Basket(metaclass=PoolMeta):
    __name__ = 'aid.basket'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'propose': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button_action('aid_balance.wizard_proposal_basket')
    def propose(cls, baskets) -> None:
        "Offer goods that would go well with what is in the basket"

    @without_check_access
    def take_offered(self, goods) -> list[str]:
        """Add *goods* as if each product had been scanned.

        :param goods: pairs of a product and a quantity in its unit
        :return: what the till said of those that it did not take
        """
        refused = []
        for product, quantity in goods:
            found = Found(product, None, quantity)
            before = {
                id(l): l.quantity for l in self.lines or []}
            words = self._add_goods(found)
            line = self._line_of(found)
            if not line or before.get(id(line)) == line.quantity:
                refused.append(words)
        self._keep()
        return refused


class Offer(ModelView):
    "What a basket might hold"
    __name__ = 'aid.proposal.basket.offer'

    lines = fields.One2Many('aid.proposal.basket.line', None, "Goods")
    remark = fields.Char("To Mind", readonly=True)


class OfferLine(ModelView):
    "So much of a product, and why it is offered"
    __name__ = 'aid.proposal.basket.line'

    product = fields.Many2One('product.product', "Product", readonly=True)
    quantity = fields.Float(
        "Quantity", digits='unit', required=True,
        domain=[('quantity', '>=', 0)])
    unit = fields.Many2One('product.uom', "Unit", readonly=True)
    why = fields.Char("Because", readonly=True)


class BasketOffer(Wizard):
    "Offer what a basket might hold"
    __name__ = 'aid.proposal.basket'

    start_state = 'offer'
    offer = StateView(
        'aid.proposal.basket.offer',
        'aid_balance.proposal_basket_offer_view_form', [
            Button("Ignore", 'end', 'tryton-cancel'),
            Button("Put Into the Basket", 'add', 'tryton-ok', default=True),
            ])
    add = StateTransition()

    def default_offer(self, fields) -> dict:
        basket, = visible([self.record])
        check_states([basket])
        return offered(basket)

    def transition_add(self) -> str:
        basket, = visible([self.record])
        check_states([basket])
        refused = basket.take_offered([
                (l.product, l.quantity) for l in self.offer.lines
                if l.product and l.quantity])
        if refused:
            raise ProposalError(' '.join(refused))
        return 'end'

    def end(self) -> str:
        return 'reload'


@without_check_access
def offered(basket) -> dict:
    """Goods that would complete *basket*, as the values of a form.

    :raises ProposalError: there are no nutrition rules
    """
    pool = Pool()
    Group = pool.get('aid.food.group')
    Rule = pool.get('aid.proposal.rule')
    branch, date = basket.session.branch, basket.session.date
    rule, rule_set = Rule.holding(branch, date), rule_set_of(date)
    entitlement = (
        basket.household.entitlement_at(date) if basket.household else None)
    goods = Goods(
        branch, date, rule, rule_set, basket,
        entitlement.cap_family if entitlement else None)
    persons = need.of_basket(basket, date, rule.kcal_per_day)
    taken = goods.of(basket.lines)
    lying = {good.key for good, _ in taken}
    proposal = propose(
        [g for g in goods.all if g.key not in lying],
        [Size(
                max(basket.count_people() or 1, 1), 1,
                persons * rule.days * rule.kg_per_day,
                goods.energy(persons * rule.days))],
        rule_set.targets(at_table.diets_of_basket(basket)), date,
        households=expected(branch, date),
        cap=_cap(basket, entitlement), taken=taken, weights=rule.weights(),
        outside=Group.outside_codes())
    because = Because(goods, date)
    remark = gettext('aid_balance.msg_offer')
    if proposal.problem:
        remark = gettext(
            f'aid_balance.msg_problem_{proposal.problem}',
            branch=branch.rec_name)
    lines = sorted(
        proposal.lines, key=lambda l: because.order[l.key.id])
    return {
        'remark': remark,
        'lines': [{
                'product': line.key.id,
                'product.': {'rec_name': line.key.rec_name},
                'quantity': line.quantity,
                'unit': line.key.default_uom.id,
                'unit.': {
                    'rec_name': line.key.default_uom.rec_name,
                    'symbol': line.key.default_uom.symbol,
                    },
                'why': because.of(line),
                } for line in lines],
        }


def _cap(basket, entitlement) -> Cap | None:
    "What is left of *entitlement* beside what is in *basket*"
    if not entitlement or entitlement.cap_kind not in COUNTED:
        return None
    stand = standing.standing(basket, entitlement, basket.lines)
    return Cap(
        entitlement.cap_kind, float(stand.left),
        standing.counts_free(basket.session))
