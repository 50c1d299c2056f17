"""What a client saves once more is not written again."""
from decimal import Decimal as D

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from .till import (
    TillTestCase, at_till, basket_of, count_statements, create_household,
    forget, give, grant_entitlement, open_session, rule, sent)


class KeepTestCase(TillTestCase):

    def basket(self, branch):
        "A basket of two lines as it is stored"
        Basket = Pool().get('aid.basket')
        bread, tins = give(
            branch, {'family': 'bread', 'net_weight': 5},
            {'family': 'canned', 'net_weight': 5})
        household = create_household(branch)
        grant_entitlement(household)
        basket = basket_of(
            open_session(branch), household, (bread, 1), (tins, 2))
        basket.on_change_lines()
        basket.save()
        forget()
        return Basket(basket.id)

    def told(self, basket, **changes) -> dict:
        "What a client sends to save *basket*, whose scans it was told of"
        values = sent(basket)
        lines = {line.pop('id'): line for line in values.pop('lines')}
        return {
            **{name: value for name, value in values.items()
                if name in {'household', 'asked', 'kg', 'question'}},
            'pick': None, 'told': [], **changes,
            'lines': [
                ['add', list(lines)],
                ['write', *(
                    one for id_, line in lines.items()
                    for one in ([id_], line))],
                ]}

    def written(self, basket, values: dict) -> list[str]:
        "The tables that are written when a client saves *values*"
        forget()
        with count_statements() as statements:
            self.save(basket, values)
        forget()
        return [
            s.split('"')[1] for s in map(str, statements)
            if s.startswith('UPDATE')]

    def save(self, basket, values: dict) -> None:
        "As a client calls it"
        Basket = Pool().get('aid.basket')
        rpc = Basket.__rpc__['write']
        args, kwargs, context, _ = rpc.convert(
            Basket, [basket.id], values, dict(Transaction().context))
        with Transaction().set_context(context):
            rpc.decorate(Basket.write)(*args, **kwargs)

    @with_transaction()
    def test_nothing_is_new(self):
        with at_till() as branch:
            rule()
            basket = self.basket(branch)
            self.assertEqual(self.written(basket, self.told(basket)), [])

    @with_transaction()
    def test_only_what_is_new(self):
        with at_till() as branch:
            rule()
            basket = self.basket(branch)
            line, other = basket.lines
            self.assertEqual(
                self.written(basket, self.told(basket, asked=D('0.5'))),
                ['aid_basket'])
            values = self.told(basket)
            for one in values['lines'][1][2::2]:
                if one['product'] == line.product.id:
                    one['quantity'] = 3
            written = self.written(basket, values)
            self.assertEqual(written.count('aid_basket_line'), 1)
            basket = type(basket)(basket.id)
            self.assertEqual(
                {l.id: l.quantity for l in basket.lines},
                {line.id: 3, other.id: other.quantity})
            self.assertEqual(basket.asked, D('0.5'))

    @with_transaction()
    def test_lines_of_another_basket_are_not_compared(self):
        "Nobody learns from what is refused, and what is not, what they hold"
        with at_till() as branch:
            rule()
            basket, foreign = self.basket(branch), self.basket(branch)
            line = foreign.lines[0]
            written = self.written(basket, {'lines': [
                        ['write', [line.id], {'quantity': line.quantity}]]})
            self.assertIn('aid_basket_line', written)

    @with_transaction()
    def test_what_is_done_is_refused_as_ever(self):
        "Also where nothing of it would change"
        from aid_basket.exceptions import BasketAccessError
        Basket = Pool().get('aid.basket')
        with at_till() as branch:
            rule()
            basket = self.basket(branch)
            values = self.told(basket)
            Basket.checkout([basket])
            forget()
            with self.assertRaises(BasketAccessError):
                self.save(basket, values)
