from trytond.pool import Pool
from trytond.pyson import PYSONDecoder
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from aid_basket import checkout as hot_path

from .till import (
    TillTestCase, at_till, basket_of, create_household, give, open_session,
    rule)


class TraceTestCase(TillTestCase):
    "The chain of goods, from the giver to the basket and back"

    def start(self, name, record):
        "The wizard *name* opened on *record*: its session, its state"
        Wizard = Pool().get(name, type='wizard')
        session_id, state, _ = Wizard.create()
        return Wizard, session_id, state

    @with_transaction()
    def test_forward_and_back(self):
        pool = Pool()
        Line = pool.get('aid.basket.line')
        with at_till() as branch:
            rule()
            crate, = give(branch, {'family': 'canned', 'net_weight': 5})
            basket = basket_of(
                open_session(branch), create_household(branch), (crate, 2))
            hot_path.checkout([basket])
            for name, record in [
                    ('aid.lot.trace.forward', crate),
                    ('aid.lot.trace.forward', crate.donation),
                    ('aid.lot.trace.backward', basket)]:
                with self.subTest(name=name, record=record), \
                        Transaction().set_context(
                            active_model=record.__name__,
                            active_id=record.id, active_ids=[record.id]):
                    Wizard, session_id, state = self.start(name, record)
                    shown = Wizard.execute(session_id, {}, state)
                    rows = shown['view']['defaults']['lines']
                    self.assertEqual(
                        [(r['lot'], r['kind'], r['quantity'])
                            for r in rows], [
                            (crate.number, 'received', 5),
                            (crate.number, 'handed_over', 2),
                            (crate.number, 'on_hand', 3)])
                    self.assertEqual(
                        rows[0]['giver'], crate.donor.rec_name)
                    if name.endswith('backward'):
                        continue
                    # What a client sends back is what the form has
                    sent = {'shown': {
                            field: shown['view']['defaults'][field]
                            for field in shown['view']['fields_view'][
                                'fields']
                            if field in shown['view']['defaults']
                            and field != 'lines'}}
                    answer = Wizard.execute(session_id, sent, 'baskets')
                    (action, _), = answer['actions']
                    domain = PYSONDecoder().decode(action['pyson_domain'])
                    line, = Line.search(domain)
                    self.assertEqual(line.basket.id, basket.id)
