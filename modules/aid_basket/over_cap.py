"""What the till decides of a basket that goes beyond its cap.

Nobody is stopped: something is put back, the excess counts on the next
period, or the person in charge allows it. What was decided is stored.
"""
from __future__ import annotations

from trytond.model import Model, fields
from trytond.pool import Pool
from trytond.pyson import Eval

_ALLOWED = {
    'invisible': Eval('cap_choice') != 'allow',
    'required': Eval('cap_choice') == 'allow',
    'readonly': Eval('state') != 'draft',
    }


class OverCapMixin(Model):
    "Keeps what was decided of goods beyond the cap"
    __slots__ = ()

    cap_exceeded = fields.Function(
        fields.Boolean("Over the Cap"), 'get_pictures')
    cap_choice = fields.Selection([
            (None, ""),
            ('next', "Counts on the Next Period"),
            ('allow', "Allowed"),
            ], "Over the Cap", sort=False,
        states={
            'invisible': ~Eval('cap_exceeded') & ~Eval('cap_choice'),
            'readonly': Eval('state') != 'draft',
            },
        help="Or put something back. Nothing chosen: the social worker is "
        "told.")
    cap_reason = fields.Selection([
            (None, ""),
            ('small', "A Small Difference"),
            ('perishable', "Goods That Must Leave Today"),
            ('more_people', "More People at Table"),
            ('one_off', "Just This Once"),
            ], "Because", sort=False, states=_ALLOWED)
    cap_person = fields.Many2One(
        'aid.session.person', "Allowed By", ondelete='RESTRICT',
        states={
            **_ALLOWED,
            # What was handed over before has a typed name
            'required': _ALLOWED['required'] & (Eval('state') == 'draft'),
            },
        domain=[
            ('branch', '=', Eval('branch', -1)),
            ('date', '=', Eval('date', None)),
            ('in_charge', '=', True),
            ],
        help="Somebody in charge, of the list of the day.")
    cap_allowed_by = fields.Char(
        "Allowed By (Typed)", states={
            'readonly': True,
            'invisible': ~Eval('cap_allowed_by'),
            },
        help="The name as it was typed, before there was a list of the day.")
    cap_carried = fields.Numeric(
        "Counted on the Next Period", digits=(None, 3), readonly=True)

    @fields.depends('cap_choice', 'branch', 'date')
    def on_change_cap_choice(self) -> None:
        "Where one person only is in charge it is that one"
        Person = Pool().get('aid.session.person')
        if self.cap_choice != 'allow' or not self.branch:
            self.cap_person = None
            return
        people = Person.search([
                ('branch', '=', self.branch.id),
                ('date', '=', self.date),
                ('in_charge', '=', True),
                ], limit=2)
        self.cap_person = people[0] if len(people) == 1 else None
