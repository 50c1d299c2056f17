"""At the door: who has read the card of newcomers gets it ticked."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval


class Welcome(metaclass=PoolMeta):
    __name__ = 'aid.volunteer.welcome'

    def default_person(self, fields) -> dict:
        "The card of what the person comes for"
        Shift = Pool().get('aid.shift')
        Card = Pool().get('aid.course.card')
        values = super().default_person(fields)
        if values.get('shift'):
            card = Card.of_kind(Shift(values['shift']).mission.kind)
            values['card'] = card.id if card else None
            values['card_read'] = False
        return values

    def transition_sign_up(self) -> str:
        "What was read is known from now on"
        state = super().transition_sign_up()
        if self.person.card and self.person.card_read:
            self.person.card.__class__.read_by(
                self.person.card, self.done.volunteer)
        return state

    def default_done(self, fields) -> dict:
        values = super().default_done(fields)
        card = self.person.card
        if card and not self.person.card_read:
            values['words'] += '\n' + gettext(
                'aid_training.msg_welcome_card', card=card.name,
                address=card.address)
        return values


class WelcomePerson(metaclass=PoolMeta):
    __name__ = 'aid.volunteer.welcome.person'

    card = fields.Many2One(
        'aid.course.card', "Card for Newcomers",
        help="One page, three minutes: on paper or on the phone.")
    card_read = fields.Boolean(
        "Has Read It", states={'invisible': ~Eval('card')})

    @fields.depends('shift', '_parent_shift.mission')
    def on_change_shift(self) -> None:
        Card = Pool().get('aid.course.card')
        self.card = (
            Card.of_kind(self.shift.mission.kind) if self.shift else None)
        self.card_read = False
