"""What volunteers come for: a kind of work, and where a branch does it."""
from __future__ import annotations

from trytond.model import DeactivableMixin, ModelSQL, ModelView, Unique, fields

from aid_branch.scope import BranchMixin

from .licence import LICENCES

#: What an hour of a kind of work is valued as
LEVELS = [
    ('execution', "Execution"),
    ('management', "Management"),
    ('expertise', "Expertise"),
    ]


class MissionKind(DeactivableMixin, ModelSQL, ModelView):
    "A kind of work, the same in the whole network"
    __name__ = 'aid.mission.kind'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    minimum_age = fields.Integer(
        "Minimum Age",
        domain=['OR', ('minimum_age', '=', None), ('minimum_age', '>=', 0)],
        help="In full years, on the day of the shift. Somebody whose birth "
        "date is not known is asked for it.")
    emergency_contact = fields.Boolean(
        "Needs an Emergency Contact")
    licence = fields.Selection(
        [(None, ""), *LICENCES], "Needs a Licence", sort=False)
    skills = fields.Many2Many(
        'aid.mission.kind-aid.skill', 'kind', 'skill', "Needs Skills")
    level = fields.Selection(
        LEVELS, "Valued As", required=True, sort=False,
        help="How often the wage an hour counts in the value of hours.")
    level_string = level.translated('level')
    governance = fields.Boolean(
        "Governance",
        help="Meetings of the association: not counted in the value of "
        "hours.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_volunteer.msg_mission_kind_code_unique'))
        cls._order.insert(0, ('name', 'ASC'))

    @staticmethod
    def default_level() -> str:
        return 'execution'


class MissionKindSkill(ModelSQL):
    "A skill that a kind of work needs"
    __name__ = 'aid.mission.kind-aid.skill'

    kind = fields.Many2One(
        'aid.mission.kind', "Kind", required=True, ondelete='CASCADE')
    skill = fields.Many2One(
        'aid.skill', "Skill", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('kind')


class Mission(BranchMixin, DeactivableMixin, ModelSQL, ModelView):
    "Work of a branch that volunteers come for, again and again"
    __name__ = 'aid.mission'

    name = fields.Char("Name", required=True)
    kind = fields.Many2One(
        'aid.mission.kind', "Kind", required=True, ondelete='RESTRICT')
    place = fields.Char("Place", help="Where to come to.")
    headcount = fields.Integer(
        "People", required=True, domain=[('headcount', '>', 0)],
        help="How many a shift needs, as a rule.")
    shifts = fields.One2Many('aid.shift', 'mission', "Shifts", readonly=True)
    repetitions = fields.One2Many(
        'aid.shift.repetition', 'mission', "Repeats")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @staticmethod
    def default_headcount() -> int:
        return 4
