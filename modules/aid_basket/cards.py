"""Codes at the till that are neither goods nor a household.

The card of who serves, a code card of emergency aid, a prepared parcel.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Model
from trytond.pool import Pool

from .scan import Found


class CardsMixin(Model):
    "Reads cards and parcels into a basket"
    __slots__ = ()

    def _read_card(self, code: str) -> str | None:
        "Do what the card or parcel *code* asks; what to say, or None"
        pool = Pool()
        Person = pool.get('aid.session.person')
        Card = pool.get('aid.emergency.card')
        Parcel = pool.get('aid.parcel')
        session = self.session
        if card := Card.find(code, session.branch):
            self.emergency_card = card
            self.begin_emergency()
            return self.cap_words
        if parcel := Parcel.find(code, session.branch):
            return self._add_parcel(parcel)
        if person := Person.find(code, session.branch, session.date):
            return self.set_served_by(person)
        return None

    def _add_parcel(self, parcel) -> str:
        "Add all that is in *parcel*; what to say about it"
        if parcel.problem:
            return parcel.problem
        lines = list(self.lines or [])
        if any(getattr(l, 'parcel', None) == parcel for l in lines):
            return gettext(
                'aid_basket.msg_scan_parcel_twice', parcel=parcel.rec_name)
        rank = max((getattr(l, 'rank', None) or 0 for l in lines), default=0)
        for packed in parcel.lines:
            line = self._new_line(
                Found(packed.product, packed.lot), packed.quantity)
            line.parcel = parcel
            rank += 1
            line.rank = rank
            lines.insert(0, line)
        self.lines = lines
        self._refresh()
        return gettext(
            'aid_basket.msg_scan_parcel', parcel=parcel.rec_name,
            model=parcel.model.rec_name, count=len(parcel.lines))
