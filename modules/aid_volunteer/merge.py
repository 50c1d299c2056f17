"""Two records of one person become one, and nothing it did is lost."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible

from .exceptions import MergeError

#: What is taken over where the record that stays knows nothing
_TAKEN_OVER = [
    'last_name', 'phone', 'email', 'birth_date', 'emergency_contact',
    'guardian', 'guardian_consent_on', 'languages', 'charter_on', 'photo',
    'party']


class Merge(Wizard):
    "Make One of Two Records"
    __name__ = 'aid.volunteer.merge'

    start_state = 'ask'
    ask = StateView(
        'aid.volunteer.merge.ask', 'aid_volunteer.merge_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Make One", 'merge', 'tryton-ok', default=True),
            ])
    merge = StateTransition()

    def default_ask(self, fields) -> dict:
        volunteer, = visible(self.records[:1])
        alike = volunteer.alike()
        return {
            'stays': volunteer.id,
            'goes': alike[0].id if alike else None,
            }

    def transition_merge(self) -> str:
        stays, = visible([self.ask.stays])
        goes, = visible([self.ask.goes])
        merge(stays, goes)
        return 'end'

    def end(self) -> str:
        return 'reload'


class MergeAsk(ModelView):
    "Which record stays, and which goes into it"
    __name__ = 'aid.volunteer.merge.ask'

    stays = fields.Many2One(
        'aid.volunteer', "This One Stays", required=True, readonly=True)
    goes = fields.Many2One(
        'aid.volunteer', "This One Goes Into It", required=True,
        domain=[('id', '!=', Eval('stays', -1))])


@without_check_access
def merge(stays, goes) -> None:
    """Put all that *goes* (``aid.volunteer``) has on *stays*, and end it.

    Hours, engagements, skills and all that other rooms hang on a volunteer
    change hands; of what somebody has once (a skill, a shift) that of *stays*
    counts, unless only the other was there.

    :raises MergeError: both are the same, or one was anonymised
    """
    if stays == goes or stays.anonymised_on or goes.anonymised_on:
        raise MergeError(gettext(
                'aid_volunteer.msg_merge_not_two', stays=stays.rec_name,
                goes=goes.rec_name))
    for model, name in references():
        Model = Pool().get(model)
        _leave_one(Model, name, stays, goes)
        records = Model.search([(name, '=', goes.id)])
        if records:
            Model.write(records, {name: stays.id})
    values = {
        name: getattr(goes, name) for name in _TAKEN_OVER
        if getattr(goes, name) and not getattr(stays, name)}
    values['licences'] = sorted(
        {*(stays.licences or []), *(goes.licences or [])})
    stays.__class__.write([stays], values, [goes], {'active': False})


def references() -> list[tuple[str, str]]:
    """Model and field of all that points to a volunteer and is stored.

    Found by itself, so that no room that comes later is forgotten. What lets
    somebody come to a shift stands before the shifts.
    """
    Field = Pool().get('ir.model.field')
    found = []
    for field in Field.search([
                ('relation', '=', 'aid.volunteer'),
                ('ttype', '=', 'many2one'),
                ]):
        Model = Pool().get(field.model)
        if hasattr(Model, '__table__') and getattr(
                Model, '_fields', {}).get(field.name) is not None and not (
                hasattr(Model._fields[field.name], 'getter')):
            found.append((field.model, field.name))
    return sorted(found, key=lambda reference: (
            reference[0] != 'aid.volunteer.engagement', *reference))


def _leave_one(Model, name: str, stays, goes) -> None:
    """Delete one of two records of *Model* that may not both be of *stays*.

    The constraints of the model tell which those are.

    :param name: the field that points to the volunteer
    """
    keys = [
        names for names in (
            {column.name for column in constraint.columns}
            for _, constraint, _ in Model._sql_constraints
            if isinstance(constraint, Unique))
        if name in names]
    if not keys:
        return
    own, others = [
        Model.search([(name, '=', volunteer.id)])
        for volunteer in (stays, goes)]
    surplus = set()
    for names in keys:
        def key(record) -> tuple:
            return tuple(getattr(record, n) for n in sorted(names - {name}))
        twins = {key(record): record for record in own}
        for other in others:
            if twin := twins.get(key(other)):
                surplus.add(twin if _counts_more(other, twin) else other)
    Model.delete(list(surplus))


def _counts_more(other, own) -> bool:
    "Whether only *other* says that somebody was there"
    return 'present' == getattr(other, 'state', None) != own.state
