"""A number of places, who takes them, and who waits for one.

The same for a shift and for whatever else people say beforehand they will
come to: what has places is a :class:`PlacesMixin`, each person of it a
:class:`PlaceMixin`.
"""
from __future__ import annotations

from sql import Literal
from sql.aggregate import Count

from trytond.i18n import gettext
from trytond.model import Model, ModelView, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_branch.slices import slices

from .exceptions import ShiftValidationError

#: The states that take a place
COMING = ['coming', 'present']


class PlacesMixin(Workflow, Model):
    """Gives a model its places, and counts how many are taken.

    People come while it is open; a class of it says what closes it.
    """
    __slots__ = ()

    #: The model of those who take its places
    _taken_by: str

    headcount = fields.Integer(
        "Places", required=True, domain=[('headcount', '>', 0)],
        states={'readonly': Eval('state') != 'open'})
    taken = fields.Integer(
        "Coming", required=True, readonly=True,
        help="How many of the places are taken.")
    free = fields.Function(
        fields.Integer("Free Places"), 'on_change_with_free',
        searcher='search_free')
    state = fields.Selection([
            ('open', "Open"),
            ('closed', "Closed"),
            ('cancelled', "Cancelled"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._transitions |= {
            ('open', 'closed'), ('open', 'cancelled'), ('cancelled', 'open')}
        cls._buttons.update({
                'cancel': {
                    'invisible': Eval('state') != 'open',
                    'depends': ['state'],
                    },
                'reopen': {
                    'invisible': Eval('state') != 'cancelled',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_taken() -> int:
        return 0

    @staticmethod
    def default_state() -> str:
        return 'open'

    @fields.depends('headcount', 'taken')
    def on_change_with_free(self, name: str | None = None) -> int:
        return max((self.headcount or 0) - (self.taken or 0), 0)

    @classmethod
    def search_free(cls, name: str, clause) -> list:
        table = cls.__table__()
        _, operator, value = clause
        Operator = fields.SQL_OPERATORS[operator]
        return [('id', 'in', table.select(
                    table.id,
                    where=Operator(table.headcount - table.taken, value)))]

    @classmethod
    def validate_fields(cls, records, field_names) -> None:
        super().validate_fields(records, field_names)
        cls.check_headcount(records, field_names)

    @classmethod
    def check_headcount(cls, records, field_names=None) -> None:
        "Refuse fewer places than people who were told to come"
        if field_names and not field_names & {'headcount', 'taken'}:
            return
        for record in records:
            if record.taken > record.headcount:
                raise ShiftValidationError(gettext(
                        'aid_volunteer.msg_shift_headcount',
                        shift=record.rec_name, taken=record.taken,
                        headcount=record.headcount))

    @without_check_access
    def make_room(self, count: int) -> None:
        "More places where *count* people came whom nobody expected"
        missing = count - (self.headcount - self.taken)
        if missing > 0:
            self.__class__.write(
                [self], {'headcount': self.headcount + missing})

    @classmethod
    @without_check_access
    def count_taken(cls, records) -> None:
        """Count who comes to *records* again, after somebody changed.

        Each is written whether its figure changed or not: of two who want the
        last place at the same time, one is then told to ask again and finds
        it taken.

        :raises ShiftValidationError: there are not so many places
        """
        counted = Pool().get(cls._taken_by).count_coming(records)
        cls.write(*[
                argument for record in records for argument in [
                    [record], {'taken': counted.get(record.id, 0)}]])

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, records) -> None:
        "It does not take place; who was coming stays known, to be told"

    @classmethod
    @ModelView.button
    @Workflow.transition('open')
    def reopen(cls, records) -> None:
        "It takes place after all"


class PlaceMixin(Model):
    "Gives a model of those who come its state, and the waiting list"
    __slots__ = ()

    #: The field that names what they come to
    _of: str
    #: The fields that say who it is, of which one is filled
    _who: tuple[str, ...] = ('volunteer',)

    state = fields.Selection([
            ('coming', "Comes"),
            ('waiting', "Waits for a Place"),
            ('cancelled', "Cancelled"),
            ('present', "Was There"),
            ('absent', "Not There"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'cancel': {
                    'invisible': ~Eval('state').in_(['coming', 'waiting']),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def _before_create(cls, vlist: list[dict]) -> list[dict]:
        "Whoever finds no place waits for one"
        vlist = super()._before_create(vlist)
        unsaid = [v for v in vlist if not v.get('state') and v.get(cls._of)]
        with without_check_access():
            places = cls._places().browse({v[cls._of] for v in unsaid})
            counted = cls.count_coming(places)
            free = {p.id: p.headcount - counted.get(p.id, 0) for p in places}
        for values in unsaid:
            of = values[cls._of]
            values['state'] = 'coming' if free[of] > 0 else 'waiting'
            free[of] -= 1
        return vlist

    @classmethod
    def _places(cls):
        "The model of what they come to"
        return Pool().get(cls._fields[cls._of].model_name)

    @classmethod
    def count_coming(cls, records) -> dict[int, int]:
        "Id of what they come to: how many of its places, by one statement"
        table = cls.__table__()
        of = getattr(table, cls._of)
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                of, Count(Literal(1)),
                where=fields.SQL_OPERATORS['in'](
                    of, [r.id for r in records])
                & table.state.in_(COMING),
                group_by=[of]))
        return dict(cursor)

    @classmethod
    @without_check_access
    def take_places(cls, of, people: list[dict]) -> list:
        """*people* come to *of*, or wait where it is full.

        Somebody who had cancelled comes again.

        :param people: for each the values of its record, who it is included
        """
        there = {s._is(): s for s in cls.search([(cls._of, '=', of.id)])}
        free = of.headcount - cls.count_coming([of]).get(of.id, 0)
        result, to_create, to_write = [], [], []
        for values in people:
            known = there.get(tuple(values.get(n) for n in cls._who))
            if known and known.state != 'cancelled':
                result.append(known)
                continue
            values = {**values, 'state': 'coming' if free > 0 else 'waiting'}
            free -= 1
            if known:
                to_write += [[known], values]
                result.append(known)
            else:
                to_create.append({**values, cls._of: of.id})
        if to_write:
            cls.write(*to_write)
        for some in slices(to_create):
            result += cls.create(some)
        return cls.browse(result)

    def _is(self) -> tuple:
        "Who it is, as ids"
        people = [getattr(self, name) for name in self._who]
        return tuple(person.id if person else None for person in people)

    @classmethod
    def on_modification(cls, mode, records, field_names=None) -> None:
        super().on_modification(mode, records, field_names=field_names)
        if mode == 'create' or mode == 'write' and 'state' in field_names:
            cls._count_again(cls._come_to(records))

    @classmethod
    def on_delete(cls, records):
        callback = super().on_delete(records)
        places = cls._come_to(records)
        callback.append(lambda: cls._count_again(places))
        return callback

    @classmethod
    def _come_to(cls, records) -> list:
        "What *records* come to, each once"
        return cls._places().browse(
            {getattr(r, cls._of) for r in records})

    @classmethod
    def _count_again(cls, places) -> None:
        cls._places().count_taken(places)

    @classmethod
    @ModelView.button
    def cancel(cls, records) -> None:
        "They do not come; whoever waits longest takes the place"
        records = [r for r in records if r.state in {'coming', 'waiting'}]
        cls.write(records, {'state': 'cancelled'})
        for places in cls._come_to(records):
            cls.let_in(places)

    @classmethod
    @without_check_access
    def let_in(cls, places) -> None:
        "Give the free places of a shift (or the like) to those who wait"
        free = places.headcount - places.taken
        if free > 0 and places.state == 'open':
            waiting = cls.admitted(cls.search([
                        (cls._of, '=', places.id), ('state', '=', 'waiting'),
                        ], order=[('id', 'ASC')]), free)
            if waiting:
                cls.write(waiting, {'state': 'coming'})

    @classmethod
    def admitted(cls, waiting, free: int) -> list:
        """Those of *waiting*, longest first, who get the *free* places.

        Whoever cannot come any more is passed over: nobody's leave fails
        because of them.
        """
        return waiting[:free]
