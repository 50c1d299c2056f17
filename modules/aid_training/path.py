"""A path of courses: which an officer has done, and which comes next."""
from __future__ import annotations

from collections import defaultdict

from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered)
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access


class Path(DeactivableMixin, ModelSQL, ModelView):
    "Courses that belong together, in the order in which they are taken"
    __name__ = 'aid.course.path'

    name = fields.Char("Name", required=True, translate=True)
    steps = fields.One2Many('aid.course.path.step', 'path', "Courses")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))


class PathStep(sequence_ordered(), ModelSQL, ModelView):
    "A course of a path"
    __name__ = 'aid.course.path.step'

    path = fields.Many2One(
        'aid.course.path', "Path", required=True, ondelete='CASCADE')
    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('path')
        table = cls.__table__()
        cls._sql_constraints.append(
            ('once', Unique(table, table.path, table.course),
                'aid_training.msg_path_course_once'))

    def get_rec_name(self, name: str) -> str:
        return self.course.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('course.rec_name', *clause[1:])]


class VolunteerPath(ModelSQL, ModelView):
    """The path that somebody is on, and how far.

    Nothing of it is kept: certificates say what is done.
    """
    __name__ = 'aid.volunteer.path'

    volunteer = fields.Many2One(
        'aid.volunteer', "Volunteer", required=True, ondelete='CASCADE')
    path = fields.Many2One(
        'aid.course.path', "Path", required=True, ondelete='RESTRICT')
    count = fields.Function(fields.Integer("Courses"), 'get_progress')
    done = fields.Function(fields.Integer("Done"), 'get_progress')
    told = fields.Function(fields.Text("Courses"), 'get_progress')
    next_course = fields.Function(
        fields.Many2One('aid.course', "Next"), 'get_progress')
    next_session = fields.Function(
        fields.Char("Next Session"), 'get_next_session')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('volunteer')
        table = cls.__table__()
        cls._sql_constraints.append(
            ('once', Unique(table, table.volunteer, table.path),
                'aid_training.msg_volunteer_path_once'))
        cls._sql_indexes.add(
            Index(table, (table.volunteer, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return f'{self.path.rec_name} – {self.volunteer.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        joint = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [joint,
            ('path.rec_name', *clause[1:]),
            ('volunteer.rec_name', *clause[1:]),
            ]

    @classmethod
    @without_check_access
    def get_progress(cls, paths, names: list[str]) -> dict:
        "By one question for all: which courses count today"
        paths = cls.browse(paths)
        has = cls._courses_of([p.volunteer for p in paths])
        values: dict = {name: {} for name in names}
        for path in paths:
            courses = [step.course for step in path.path.steps]
            done = has[path.volunteer]
            missing = [c for c in courses if c not in done]
            progress = {
                'count': len(courses),
                'done': len(courses) - len(missing),
                'told': '\n'.join(
                    f"{'✓' if c in done else '○'} {c.rec_name}"
                    for c in courses),
                'next_course': missing[0].id if missing else None,
                }
            for name in names:
                values[name][path.id] = progress[name]
        return values

    @staticmethod
    def _courses_of(volunteers) -> dict:
        "Volunteer to the courses of which each has a certificate that counts"
        pool = Pool()
        Certificate = pool.get('aid.certificate')
        today = pool.get('ir.date').today()
        has: dict = defaultdict(set)
        for certificate in Certificate.search([
                    ('volunteer', 'in', [v.id for v in volunteers]),
                    *Certificate.valid_domain(today)]):
            has[certificate.volunteer] |= {
                certificate.course, *certificate.course.counts_for}
        return has

    @classmethod
    @without_check_access
    def get_next_session(cls, paths, name: str) -> dict:
        "When and where the next course is given, asked once for each"
        told: dict = {}
        result: dict = {}
        for path in cls.browse(paths):
            key = (path.next_course, path.volunteer.branch)
            if key not in told:
                told[key] = (
                    path.next_course.proposed_session(
                        path.volunteer.branch, None)
                    if path.next_course else None)
            result[path.id] = told[key]
        return result


class Volunteer(metaclass=PoolMeta):
    __name__ = 'aid.volunteer'

    paths = fields.One2Many('aid.volunteer.path', 'volunteer', "Paths")

    @classmethod
    def copy(cls, volunteers, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('paths')
        return super().copy(volunteers, default=default)
