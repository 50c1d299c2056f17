"""Which certificates a mission needs, of each person or of one of a shift."""
from __future__ import annotations

from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access

from . import gate
from .exceptions import NeedValidationError


class MissionNeed(ModelSQL, ModelView):
    """That a kind of mission, or one mission, needs a certificate.

    What a kind needs is decided by the network; a branch adds what a mission
    of its own needs.
    """
    __name__ = 'aid.mission.need'

    _branch_scope = ('mission.branch',)
    _branch_scope_modes = frozenset({'write', 'create', 'delete'})

    kind = fields.Many2One(
        'aid.mission.kind', "Kind of Mission", ondelete='CASCADE', states={
            'required': ~Eval('mission'),
            'invisible': Bool(Eval('mission')),
            })
    mission = fields.Many2One(
        'aid.mission', "Mission", ondelete='CASCADE', states={
            'required': ~Eval('kind'),
            'invisible': Bool(Eval('kind')),
            })
    course = fields.Many2One(
        'aid.course', "Certificate", required=True, ondelete='RESTRICT')
    who = fields.Selection([
            ('each', "Each Person"),
            ('one', "One of the Shift"),
            ('ratio', "One for so Many"),
            ('newcomer', "One for so Many Newcomers"),
            ], "Who", required=True, sort=False)
    per = fields.Integer(
        "For so Many", states={
            'invisible': ~Eval('who').in_(['ratio', 'newcomer']),
            'required': Eval('who').in_(['ratio', 'newcomer']),
            },
        domain=['OR', ('per', '=', None), ('per', '>', 0)])
    gate = fields.Selection([
            ('flag', "Is Flagged"),
            ('refuse', "Is Refused"),
            ], "Without It", required=True, sort=False,
        help="Refuse only where law or danger asks for it.")
    reason = fields.Char(
        "Reason", states={'required': Eval('gate') == 'refuse'},
        help="The text or the danger that asks for it.")
    who_string = who.translated('who')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.kind, Index.Equality())),
                Index(table, (table.mission, Index.Equality())),
                Index(table, (table.course, Index.Equality())),
                })

    @staticmethod
    def default_who() -> str:
        return 'each'

    @staticmethod
    def default_gate() -> str:
        return 'flag'

    def get_rec_name(self, name: str) -> str:
        return f'{self.course.rec_name} ({self.who_string})'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('course.rec_name', *clause[1:])]

    @classmethod
    @without_check_access
    def of_missions(cls, missions) -> dict[int, list]:
        "Mission id to what it needs, its kind's needs included, in one search"
        needs = cls.search(['OR',
                ('mission', 'in', [m.id for m in missions]),
                ('kind', 'in', [m.kind.id for m in missions]),
                ])
        if not needs:
            return {}
        by_mission, by_kind = defaultdict(list), defaultdict(list)
        for need in needs:
            if need.mission:
                by_mission[need.mission.id].append(need)
            else:
                by_kind[need.kind.id].append(need)
        return {
            m.id: by_kind[m.kind.id] + by_mission[m.id] for m in missions}

    @classmethod
    def validate_fields(cls, needs, field_names) -> None:
        super().validate_fields(needs, field_names)
        for need in needs:
            if bool(need.kind) == bool(need.mission):
                raise NeedValidationError(gettext(
                        'aid_training.msg_need_of_what',
                        course=need.course.rec_name))

    @classmethod
    def on_modification(cls, mode, needs, field_names=None) -> None:
        super().on_modification(mode, needs, field_names=field_names)
        if mode in {'create', 'write'}:
            gate.hold(cls.shifts_of(needs))

    @classmethod
    def on_delete(cls, needs):
        callback = super().on_delete(needs)
        shifts = cls.shifts_of(needs)
        callback.append(lambda: gate.look_again(shifts))
        return callback

    @classmethod
    @without_check_access
    def shifts_of(cls, needs) -> list:
        "The shifts to come, with people, that *needs* are about"
        Shift = Pool().get('aid.shift')
        return Shift.search([
                *gate.to_come(),
                ('taken', '>', 0),
                ['OR',
                    ('mission', 'in', [
                            n.mission.id for n in needs if n.mission]),
                    ('mission.kind', 'in', [
                            n.kind.id for n in needs if n.kind]),
                    ],
                ])


class MissionKind(metaclass=PoolMeta):
    __name__ = 'aid.mission.kind'

    needs = fields.One2Many('aid.mission.need', 'kind', "Certificates")


class Mission(metaclass=PoolMeta):
    __name__ = 'aid.mission'

    needs = fields.One2Many(
        'aid.mission.need', 'mission', "Certificates",
        help="Beside those that every mission of its kind needs.")

    @classmethod
    def on_modification(cls, mode, missions, field_names=None) -> None:
        super().on_modification(mode, missions, field_names=field_names)
        if mode == 'write' and 'kind' in field_names:
            Shift = Pool().get('aid.shift')
            with without_check_access():
                shifts = Shift.search([
                        *gate.to_come(),
                        ('mission', 'in', [m.id for m in missions])])
            gate.hold(shifts)
