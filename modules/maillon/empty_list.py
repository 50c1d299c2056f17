"""What an empty list says: one sentence of what to do."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.pool import PoolMeta
from trytond.rpc import RPC

#: The message of the list of each model; of lines of all documents together
#: by the model and ``/all``
SENTENCES = {
    'aid.basket': 'msg_empty_basket',
    'aid.basket.line': 'msg_empty_basket_line',
    'aid.basket.line/all': 'msg_empty_basket_line_all',
    'aid.basket.payment': 'msg_empty_payment',
    'aid.certificate': 'msg_empty_certificate',
    'aid.course': 'msg_empty_course',
    'aid.course.session': 'msg_empty_course_session',
    'aid.disposal': 'msg_empty_disposal',
    'aid.distribution.session': 'msg_empty_session',
    'aid.donation': 'msg_empty_donation',
    'aid.donation.line': 'msg_empty_donation_line',
    'aid.emergency.card': 'msg_empty_emergency_card',
    'aid.entitlement': 'msg_empty_entitlement',
    'aid.expiring': 'msg_empty_expiring',
    'aid.goods.wanted': 'msg_empty_goods_wanted',
    'aid.household': 'msg_empty_household',
    'aid.household.access': 'msg_empty_access',
    'aid.lot.hold': 'msg_empty_hold',
    'aid.lot.on_hand': 'msg_empty_on_hand',
    'aid.mission': 'msg_empty_mission',
    'aid.office': 'msg_empty_office',
    'aid.pallet': 'msg_empty_pallet',
    'aid.parcel': 'msg_empty_parcel',
    'aid.price.incentive': 'msg_empty_incentive',
    'aid.proposal.parcels.size': 'msg_empty_parcels_size',
    'aid.recall': 'msg_empty_recall',
    'aid.recall.body': 'msg_empty_recall_body',
    'aid.recall.household': 'msg_empty_recall_household',
    'aid.recall.notice': 'msg_empty_recall_notice',
    'aid.recall.task': 'msg_empty_recall_task',
    'aid.repacking': 'msg_empty_repacking',
    'aid.session.count': 'msg_empty_count',
    'aid.session.visit': 'msg_empty_visit',
    'aid.shift': 'msg_empty_shift',
    'aid.shift.call': 'msg_empty_call',
    'aid.shift.call.answer': 'msg_empty_call_answer',
    'aid.shift.signup': 'msg_empty_signup',
    'aid.volunteer': 'msg_empty_volunteer',
    'aid.volunteer.expense': 'msg_empty_expense',
    'stock.shipment.internal': 'msg_empty_transfer',
    }


class User(metaclass=PoolMeta):
    __name__ = 'res.user'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__rpc__['get_empty_lists'] = RPC()

    @classmethod
    def get_empty_lists(cls) -> dict[str, str]:
        "What the empty list of each model says, in the user's language"
        return {
            model: gettext(f'maillon.{message}')
            for model, message in SENTENCES.items()}
