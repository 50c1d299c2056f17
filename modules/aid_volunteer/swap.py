"""A place goes from one volunteer to another; the shift stays as full.

Whoever cannot come offers the place. Some who may hold it are told; the first
who says yes has it. An officer may hand a place over as well.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.moment import this_second
from aid_branch.named import visible

from .exceptions import SwapError
from .who_can_come import who_can_come


class Signup(metaclass=PoolMeta):
    __name__ = 'aid.shift.signup'

    offered_at = fields.DateTime(
        "Offered", readonly=True,
        help="Since when the person looks for somebody to take the place.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        comes = Eval('state') == 'coming'
        cls._buttons.update({
                'offer': {
                    'invisible': ~comes | Eval('offered_at', None),
                    'depends': ['state', 'offered_at'],
                    },
                'keep': {
                    'invisible': ~comes | ~Eval('offered_at', None),
                    'depends': ['state', 'offered_at'],
                    },
                'hand_over': {
                    'invisible': ~comes,
                    'depends': ['state'],
                    },
                })

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        if values.get('state', 'coming') != 'coming':
            values['offered_at'] = None
        return values

    @classmethod
    @ModelView.button
    @without_check_access
    def offer(cls, signups) -> None:
        """They would rather not come: others are told of the place.

        Whoever waits for one has it at once.
        """
        for signup in signups:
            if signup.state != 'coming' or signup.offered_at:
                continue
            waiting = cls.search([
                    ('shift', '=', signup.shift.id),
                    ('state', '=', 'waiting'),
                    ], order=[('id', 'ASC')], limit=1)
            if waiting:
                cls.take_over(signup, waiting[0].volunteer)
            else:
                cls.write([signup], {'offered_at': this_second()})
                signup._tell_others()

    def _tell_others(self) -> None:
        "Tell some who may hold the place, those first who said they can"
        pool = Pool()
        Message = pool.get('aid.volunteer.message')
        Rule = pool.get('aid.volunteer.rule')
        rule = Rule.for_branch(self.shift.branch, self.shift.date)
        told = {m.volunteer for m in Message.search([
                    ('signup', '=', self.id), ('kind', '=', 'offer')])}
        others = [
            row[0] for row in who_can_come(self.shift)
            if row[0].email and row[0] not in told]
        Message.prepare('offer', [
                {'volunteer': v, 'signup': self}
                for v in others[:rule.offer_to if rule else 0]])

    @classmethod
    @ModelView.button
    @without_check_access
    def keep(cls, signups) -> None:
        "They come after all"
        cls.write(
            [s for s in signups if s.state == 'coming'],
            {'offered_at': None})

    @classmethod
    @ModelView.button_action('aid_volunteer.wizard_hand_over')
    def hand_over(cls, signups) -> None:
        "Give the place to somebody else"

    @classmethod
    @without_check_access
    def take_over(cls, signup, volunteer):
        """*volunteer* has the place of *signup* from now on; both are told.

        Of two who want it at the same moment one gets it: each writes the
        same sign-up.

        :return: the sign-up of *volunteer*
        :raises SwapError: it is nobody's place any more
        :raises SignupError: *volunteer* may not hold it
        """
        Message = Pool().get('aid.volunteer.message')
        shift = signup.shift
        if signup.state != 'coming' or signup.volunteer == volunteer:
            raise SwapError(gettext(
                    'aid_volunteer.msg_swap_gone', shift=shift.rec_name))
        own = cls.search([
                ('shift', '=', shift.id), ('volunteer', '=', volunteer.id)])
        if own and own[0].state == 'coming':
            raise SwapError(gettext(
                    'aid_volunteer.msg_swap_comes', shift=shift.rec_name,
                    volunteer=volunteer.rec_name))
        # Whoever waits for a place gets none in between: only the button
        # that cancels lets people in
        cls.write([signup], {'state': 'cancelled'})
        if own:
            cls.write(own, {'state': 'coming'})
            taken, = own
        else:
            taken, = cls.sign_up(shift, [volunteer])
        Message.prepare('taken_over', [
                {'volunteer': signup.volunteer, 'signup': signup}])
        Message.prepare('given', [
                {'volunteer': volunteer, 'signup': taken}])
        return taken


class HandOver(Wizard):
    "Give a Place to Somebody Else"
    __name__ = 'aid.shift.signup.hand_over'

    start_state = 'ask'
    ask = StateView(
        'aid.shift.signup.hand_over.ask',
        'aid_volunteer.hand_over_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Give the Place", 'give', 'tryton-ok', default=True),
            ])
    give = StateTransition()

    def default_ask(self, fields) -> dict:
        signup, = visible(self.records[:1])
        return {
            'signup': signup.id,
            'may': [row[0].id for row in who_can_come(signup.shift)],
            }

    def transition_give(self) -> str:
        signup, = visible(self.records[:1])
        volunteer, = visible([self.ask.volunteer])
        signup.__class__.take_over(signup, volunteer)
        return 'end'

    def end(self) -> str:
        return 'reload'


class HandOverAsk(ModelView):
    "Who gets the place"
    __name__ = 'aid.shift.signup.hand_over.ask'

    signup = fields.Many2One(
        'aid.shift.signup', "Place Of", readonly=True)
    may = fields.Many2Many('aid.volunteer', None, None, "Who May Hold It")
    volunteer = fields.Many2One(
        'aid.volunteer', "Goes To", required=True,
        domain=[('id', 'in', Eval('may', []))],
        help="Those who are engaged there, free at that time and able to do "
        "it.")
