"""The people of a household, and who may come in its place."""
from __future__ import annotations

import datetime as dt
import hashlib

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, fields, sequence_ordered)
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import check_access

from aid_branch.dated import DatedMixin
from aid_branch.person import NamedPersonMixin, search_key

from . import composition
from .exceptions import DuplicateHouseholdWarning, MemberValidationError

OLDEST_YEAR = 1900


class AgeBand(DatedMixin, DeactivableMixin, sequence_ordered(),
        ModelSQL, ModelView):
    """A range of ages in full years, both included.

    Bands come in sets, because each reader of figures has his own; a set
    covers every age once on any day.
    """
    __name__ = 'aid.age.band'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    band_set = fields.Selection([
            ('activity', "Activity Figures"),
            ('fse', "FSE+"),
            ], "Set", required=True, sort=False)
    age_from = fields.Integer(
        "From", required=True, domain=[('age_from', '>=', 0)],
        help="Youngest age in full years.")
    age_to = fields.Integer(
        "To",
        domain=['OR', ('age_to', '=', None),
            ('age_to', '>=', Eval('age_from', 0))],
        help="Oldest age in full years. Empty: no end.")

    @classmethod
    def default_band_set(cls) -> str:
        return 'activity'

    @classmethod
    def bands_at(
            cls, date: dt.date, band_set: str = 'activity',
            ) -> list[composition.Band]:
        "The bands of *band_set* on *date*, their key is the record's id"
        return [
            band.plain() for band in sorted(
                cls.all_at(date, band_set=band_set),
                key=lambda b: b.age_from)]

    def plain(self) -> composition.Band:
        "The band as a plain value"
        return composition.Band(self.id, self.age_from, self.age_to)


class ConsumptionScale(DatedMixin, ModelSQL, ModelView):
    "The weights that turn persons into consumption units"
    __name__ = 'aid.household.consumption.scale'

    first = fields.Numeric(
        "First Person", digits=(None, 2), required=True,
        domain=[('first', '>', 0)])
    other = fields.Numeric(
        "Other Person", digits=(None, 2), required=True,
        domain=[('other', '>=', 0)])
    child = fields.Numeric(
        "Child", digits=(None, 2), required=True, domain=[('child', '>=', 0)])
    child_below = fields.Integer(
        "Child Below", required=True, domain=[('child_below', '>', 0)],
        help="Age in full years from which one counts as grown up.")

    def get_rec_name(self, name: str) -> str:
        return f'{self.first} / {self.other} / {self.child}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('source', *clause[1:])]

    def plain(self) -> composition.Scale:
        "The scale as a plain value"
        return composition.Scale(
            self.first, self.other, self.child, self.child_below)


class Member(NamedPersonMixin, sequence_ordered(), ModelSQL, ModelView):
    """A person of a household, or several of whom only the age band is known.

    The till reads nothing of it: the model does not follow the household by
    ``__access__``, because a right to read the household would then be a
    right to read its members.
    """
    __name__ = 'aid.household.member'

    _branch_scope = ('household.branch',)

    household = fields.Many2One(
        'aid.household', "Household", required=True, ondelete='CASCADE')
    main = fields.Boolean(
        "Contact", help="The person whose name stands for the household.")
    birth_date = fields.Date(
        "Birth Date",
        states={
            'invisible': Bool(Eval('birth_year')) | Bool(Eval('age_band')),
            })
    birth_year = fields.Integer(
        "Birth Year",
        states={
            'invisible': Bool(Eval('birth_date')) | Bool(Eval('age_band')),
            },
        help="If the date is not known or not wanted.")
    age_band = fields.Many2One(
        'aid.age.band', "Age Band", ondelete='RESTRICT',
        states={
            'invisible': Bool(Eval('birth_date')) | Bool(Eval('birth_year')),
            },
        help="If neither date nor year is known or wanted.")
    count = fields.Integer(
        "Persons", required=True, domain=[('count', '>=', 1)],
        help="More than one for people of whom only the band is known.")
    sex = fields.Selection([
            (None, ""),
            ('female', "Female"),
            ('male', "Male"),
            ('other', "Other"),
            ], "Sex", sort=False, help="Only if the person wishes to say it.")
    sex_string = sex.translated('sex')
    due_on = fields.Date(
        "Baby Due On",
        help="Only if the person wishes to say it. It changes how long food "
        "lasts; no balance is told to her, but who to ask.")
    breastfeeding_until = fields.Date(
        "Breastfeeding Until",
        help="Only if the person wishes to say it, as \"Baby Due On\".")
    age = fields.Function(fields.Integer("Age"), 'get_age')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.household, Index.Equality())),
                Index(table,
                    (table.search_key, Index.Equality(cardinality='high')),
                    (table.birth_date, Index.Equality())),
                })

    @staticmethod
    def default_count() -> int:
        return 1

    @fields.depends('birth_date', 'birth_year', 'age_band')
    def on_change_birth_date(self) -> None:
        if self.birth_date:
            self.birth_year = self.age_band = None

    @fields.depends('birth_date', 'birth_year', 'age_band')
    def on_change_birth_year(self) -> None:
        if self.birth_year:
            self.birth_date = self.age_band = None

    def get_rec_name(self, name: str) -> str:
        names = ' '.join(filter(None, [self.first_name, self.last_name]))
        if names:
            return names
        band = self.age_band.rec_name if self.age_band else '?'
        return f'{self.count} × {band}'

    @classmethod
    def get_age(cls, members, name: str) -> dict[int, int | None]:
        ages: dict[int, int | None] = {}
        for member in members:
            person = member.plain()
            if person.birth_date or person.birth_year:
                ages[member.id] = composition.known_age(
                    person, member.household.branch.today())
            else:
                ages[member.id] = None
        return ages

    def plain(self) -> composition.Person:
        "The member as a plain value"
        return composition.Person(
            birth_date=self.birth_date,
            birth_year=self.birth_year,
            band=self.age_band.plain() if self.age_band else None,
            count=self.count)

    @classmethod
    def validate_fields(cls, members, field_names) -> None:
        super().validate_fields(members, field_names)
        cls.check_birth(members, field_names)
        cls.check_several(members, field_names)
        cls.check_main(members, field_names)

    @classmethod
    def check_birth(cls, members, field_names=None) -> None:
        "Refuse a birth to come, or one that is said in two ways"
        names = {'birth_date', 'birth_year', 'age_band'}
        if field_names and not field_names & names:
            return
        for member in members:
            if sum(bool(getattr(member, n)) for n in names) > 1:
                raise MemberValidationError(gettext(
                        'aid_household.msg_member_birth_twice',
                        member=member.rec_name))
            today = member.household.branch.today()
            if member.birth_date and member.birth_date > today:
                raise MemberValidationError(gettext(
                        'aid_household.msg_member_born_in_future',
                        member=member.rec_name,
                        birth=member.birth_date))
            first_year = OLDEST_YEAR
            year = (
                member.birth_date.year if member.birth_date
                else member.birth_year)
            if year is not None and not first_year <= year <= today.year:
                raise MemberValidationError(gettext(
                        'aid_household.msg_member_birth_year',
                        member=member.rec_name,
                        year=str(year),
                        first=str(first_year),
                        last=str(today.year)))

    @classmethod
    def check_several(cls, members, field_names=None) -> None:
        "Refuse a name or a birth that would be shared by several persons"
        for member in members:
            personal = (
                member.main or member.first_name or member.last_name
                or member.birth_date or member.due_on
                or member.breastfeeding_until)
            if member.count != 1 and personal:
                raise MemberValidationError(gettext(
                        'aid_household.msg_member_several',
                        member=member.rec_name))

    @classmethod
    def check_main(cls, members, field_names=None) -> None:
        "Refuse two contacts in one household"
        if field_names and not field_names & {'main', 'household'}:
            return
        households = {m.household.id for m in members if m.main}
        if not households:
            return
        contacts: dict = {}
        for member in cls.search([
                    ('household', 'in', list(households)),
                    ('main', '=', True),
                    ]):
            first = contacts.setdefault(member.household.id, member)
            if first != member:
                raise MemberValidationError(gettext(
                        'aid_household.msg_member_two_contacts',
                        household=member.household.code,
                        first=first.rec_name,
                        second=member.rec_name))

    @classmethod
    def check_modification(
            cls, mode, members, values=None, external=False) -> None:
        super().check_modification(
            mode, members, values=values, external=external)
        if not external or mode == 'delete':
            return
        values = values or {}
        if mode == 'create' or values.keys() & {
                'first_name', 'last_name', 'birth_date'}:
            cls._warn_duplicates(members, values)

    @classmethod
    def _warn_duplicates(cls, members, values: dict) -> None:
        """Warn of people of the same name and birth date in other households.

        Only what the user may see is looked at.
        """
        wanted: dict[tuple[str, dt.date], set[int]] = {}
        for member in members:
            key = search_key(
                values.get('first_name', member.first_name),
                values.get('last_name', member.last_name))
            birth_date = values.get('birth_date', member.birth_date)
            if key and birth_date:
                wanted.setdefault((key, birth_date), set()).add(
                    member.household.id)
        if not wanted:
            return
        with check_access():
            candidates = cls.search([
                    ('search_key', 'in', [k for k, _ in wanted]),
                    ('birth_date', 'in', [d for _, d in wanted]),
                    ])
        for candidate in candidates:
            key = (candidate.search_key, candidate.birth_date)
            own = wanted.get(key)
            if own and candidate.household.id not in own:
                cls._warn_duplicate(candidate, key)

    @classmethod
    def _warn_duplicate(cls, candidate, key: tuple[str, dt.date]) -> None:
        Warning = Pool().get('res.user.warning')
        # The name of a warning is stored: it must name nobody, and be the
        # same when the user says yes and the record is made again
        digest = hashlib.sha256(repr(
                (candidate.household.id, *key)).encode()).hexdigest()
        name = f'aid.household.duplicate {digest}'
        if Warning.check(name):
            raise DuplicateHouseholdWarning(name, gettext(
                    'aid_household.msg_household_duplicate',
                    member=candidate.rec_name,
                    birth=candidate.birth_date,
                    household=candidate.household.code,
                    branch=candidate.household.branch.rec_name))

    @classmethod
    def on_modification(cls, mode, members, field_names=None) -> None:
        super().on_modification(mode, members, field_names=field_names)
        if mode == 'create' or (mode == 'write' and field_names & {
                    'household', 'main', 'first_name', 'last_name',
                    'sequence'}):
            cls._name_households(members)

    @classmethod
    def on_write(cls, members, values) -> list:
        actions = super().on_write(members, values)
        if 'household' in values:
            actions.append(cls._naming_of(members))
        return actions

    @classmethod
    def on_delete(cls, members) -> list:
        actions = super().on_delete(members)
        actions.append(cls._naming_of(members))
        return actions

    @classmethod
    def _naming_of(cls, members):
        "A function that names the present households of *members* anew"
        Household = Pool().get('aid.household')
        ids = {m.household.id for m in members}

        def name_anew() -> None:
            Household.set_till_names(Household.browse(list(ids)))
        return name_anew

    @classmethod
    def _name_households(cls, members) -> None:
        Household = Pool().get('aid.household')
        Household.set_till_names(
            Household.browse(list({m.household.id for m in members})))


class Collector(ModelSQL, ModelView):
    "A person allowed to collect for a household"
    __name__ = 'aid.household.collector'

    _branch_scope = ('household.branch',)

    household = fields.Many2One(
        'aid.household', "Household", required=True, ondelete='CASCADE')
    first_name = fields.Char("First Name", required=True)
    last_name = fields.Char("Last Name")
    phone = fields.Char("Phone")
    till_name = fields.Char("Name at the Till", readonly=True)
    valid_until = fields.Date(
        "Until", help="Last day of the permission. Empty: no end.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.household, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return self.till_name or ''

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('till_name', *clause[1:])]

    def compute_fields(self, field_names=None) -> dict:
        values = super().compute_fields(field_names=field_names)
        if field_names is None or field_names & {'first_name', 'last_name'}:
            name = composition.till_name(self.first_name, self.last_name)
            if self.till_name != name:
                values['till_name'] = name
        return values
