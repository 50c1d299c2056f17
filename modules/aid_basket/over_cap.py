"""What the till decides of a basket that goes beyond its cap.

Nobody is stopped: something is put back, the excess counts on the next
period, or the person in charge allows it. What was decided is stored.
"""
from __future__ import annotations

from trytond.model import Model, fields
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
    cap_allowed_by = fields.Char(
        "Allowed By", states=_ALLOWED, help="The person in charge.")
    cap_carried = fields.Numeric(
        "Counted on the Next Period", digits=(None, 3), readonly=True)
