"""Goods that nobody may use until somebody else has looked into it."""
from __future__ import annotations

import datetime as dt

from sql import Literal

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.model.exceptions import AccessError
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from aid_branch.named import visible

from .exceptions import HoldError

#: How long whoever held goods by mistake may undo it
UNDO = dt.timedelta(minutes=30)


class Hold(Workflow, ModelSQL, ModelView):
    """Lots that are stopped wherever they lie, why and by whom.

    From that moment they cannot be handed over, transferred, repacked or put
    into a parcel, and a basket that is open at a till is told so. Somebody
    else releases them, or throws them away.
    """
    __name__ = 'aid.lot.hold'

    reason = fields.Char(
        "Why", required=True, states={'readonly': Eval('id', -1) >= 0})
    lots = fields.Many2Many(
        'aid.lot.held', 'hold', 'lot', "Lots", readonly=True)
    held_by = fields.Many2One(
        'res.user', "Held By", readonly=True, required=True,
        ondelete='RESTRICT')
    held_at = fields.DateTime("Held At", readonly=True, required=True)
    release_reason = fields.Char(
        "Why It Is Released", states={
            'readonly': Eval('state') == 'released',
            },
        help="What was found out.")
    released_by = fields.Many2One(
        'res.user', "Released By", readonly=True, ondelete='RESTRICT',
        states={'invisible': Eval('state') != 'released'})
    released_at = fields.DateTime(
        "Released At", readonly=True,
        states={'invisible': Eval('state') != 'released'})
    state = fields.Selection([
            ('held', "Held"),
            ('released', "Released"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('held_at', 'DESC'), ('id', 'DESC')]
        cls._sql_indexes.add(
            Index(table, (table.id, Index.Range()),
                where=table.state == 'held'))
        cls._transitions.add(('held', 'released'))
        cls._buttons.update({
                'release': {
                    'invisible': Eval('state') != 'held',
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_state() -> str:
        return 'held'

    def get_rec_name(self, name: str) -> str:
        return self.reason

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('reason', *clause[1:])]

    @classmethod
    @without_check_access
    def stop(cls, lots, reason: str):
        """Hold *lots* from now on, all of them in a few statements.

        :return: the ``aid.lot.hold``
        """
        pool = Pool()
        Held = pool.get('aid.lot.held')
        Lot = pool.get('stock.lot')
        lots = list(lots)
        hold, = cls.create([{
                    'reason': reason,
                    'held_by': Transaction().user,
                    'held_at': dt.datetime.now(),
                    }])
        Held.insert(hold, lots)
        # What is held already stays with whoever held it first
        Lot.write([lot for lot in lots if not lot.hold], {'hold': hold.id})
        return hold

    @classmethod
    @ModelView.button
    def release(cls, holds) -> None:
        """The goods may be used again.

        :raises HoldError: they were released before, it is not said why, or
            it is for somebody else to say so
        """
        cls.lock(holds)
        for hold in holds:
            hold._check_release()
        cls.write(holds, {
                'state': 'released',
                'released_by': Transaction().user,
                'released_at': dt.datetime.now(),
                })
        with without_check_access():
            _follow(holds)

    def _check_release(self) -> None:
        names = {'hold': self.reason, 'who': self.held_by.name}
        if self.state != 'held':
            raise HoldError(gettext('aid_lot.msg_hold_released', **names))
        if not self.release_reason:
            raise HoldError(gettext('aid_lot.msg_hold_reason', **names))
        if not self.may_be_released():
            raise HoldError(gettext('aid_lot.msg_hold_other', **names))

    def may_be_released(self) -> bool:
        """Whether the user may say that the goods are good.

        Somebody else than who held them; a mistake is undone at once; head
        office always may.
        """
        return (
            self.held_by.id != Transaction().user
            or dt.datetime.now() - self.held_at <= UNDO
            or _is_head_office())

    @classmethod
    def check_modification(
            cls, mode, holds, values=None, external=False) -> None:
        super().check_modification(
            mode, holds, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write' and external
                and values.keys() - {'release_reason'}):
            for hold in holds:
                raise AccessError(gettext(
                        'aid_lot.msg_hold_kept', hold=hold.reason))


class Held(ModelSQL):
    "A lot that was held"
    __name__ = 'aid.lot.held'

    hold = fields.Many2One(
        'aid.lot.hold', "Hold", required=True, ondelete='CASCADE')
    lot = fields.Many2One(
        'stock.lot', "Lot", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('hold')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.hold, Index.Equality())),
                Index(table, (table.lot, Index.Equality())),
                })

    @classmethod
    def insert(cls, hold, lots) -> None:
        "Write down that *lots* are held, however many, in one statement"
        table = cls.__table__()
        held = Pool().get('stock.lot').__table__()
        Transaction().connection.cursor().execute(*table.insert(
                [table.hold, table.lot], held.select(
                    Literal(hold.id), held.id,
                    where=held.id.in_([lot.id for lot in lots]))))


class Lot(metaclass=PoolMeta):
    __name__ = 'stock.lot'

    hold = fields.Many2One(
        'aid.lot.hold', "Held", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('hold')},
        help="Why nobody may use the goods.")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.hold, Index.Equality()),
                where=table.hold != None))  # noqa: E711

    def refusal(self, date: dt.date) -> str | None:
        return self.held_words() or super().refusal(date)

    @without_check_access
    def held_words(self) -> str | None:
        "That the lot is held and why, or None"
        if not self.hold:
            return None
        return gettext(
            'aid_lot.msg_lot_held', reason=self.hold.reason,
            **self.refusal_names())

    @classmethod
    def copy(cls, lots, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('hold')
        return super().copy(lots, default=default)


class Move(metaclass=PoolMeta):
    __name__ = 'stock.move'

    def lot_refusal(self, date: dt.date) -> str | None:
        return self._held_words() or super().lot_refusal(date)

    def _held_words(self) -> str | None:
        """That held goods do not leave, or None.

        They may be put aside, thrown away, counted and given back, and those
        on the way arrive.
        """
        if not self.lot.hold or self.from_location.type != 'storage':
            return None
        if self.to_location.type == 'storage':
            same = self.from_branch == self.to_branch
            return None if same else self.lot.held_words()
        if self.to_location.type in {'customer', 'transit', 'production'}:
            return self.lot.held_words()
        ModelData = Pool().get('ir.model.data')
        sorting = ModelData.get_id('aid_lot', 'location_resort')
        if self.to_location.id == sorting:
            return self.lot.held_words()
        return None


class Disposal(metaclass=PoolMeta):
    __name__ = 'aid.disposal'

    @classmethod
    @ModelView.button
    def do(cls, disposals) -> None:
        for disposal in disposals:
            for line in disposal.lines:
                hold = line.lot.hold
                if hold and not hold.may_be_released():
                    raise HoldError(gettext(
                            'aid_lot.msg_hold_other', hold=hold.reason,
                            who=hold.held_by.name))
        super().do(disposals)


class HoldLots(Wizard):
    "Stop the chosen goods wherever they lie"
    __name__ = 'aid.lot.hold.stop'

    start = StateView(
        'aid.lot.hold.start', 'aid_lot.hold_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Hold", 'hold', 'tryton-ok', default=True),
            ])
    hold = StateTransition()

    def default_start(self, fields) -> dict:
        return {'lots': [lot.id for lot in self._chosen()]}

    def _chosen(self) -> list:
        "The lots among the chosen goods"
        if self.model.__name__ == 'aid.lot.on_hand':
            return list(dict.fromkeys(r.lot for r in visible(self.records)))
        return visible(self.records)

    def transition_hold(self) -> str:
        Hold = Pool().get('aid.lot.hold')
        Hold.stop(visible(list(self.start.lots)), self.start.reason)
        return 'end'


class HoldStart(ModelView):
    "Which goods are stopped, and why"
    __name__ = 'aid.lot.hold.start'

    reason = fields.Char("Why", required=True)
    lots = fields.Many2Many(
        'stock.lot', None, None, "Lots", required=True)


def _follow(holds) -> None:
    "Lots of *holds* are free, or held by another one that is still open"
    pool = Pool()
    Held = pool.get('aid.lot.held')
    Lot = pool.get('stock.lot')
    lots = Lot.search([('hold', 'in', [h.id for h in holds])])
    others = {
        held.lot: held.hold for held in Held.search([
                ('lot', 'in', [lot.id for lot in lots]),
                ('hold.state', '=', 'held'),
                ])}
    Lot.write(
        [lot for lot in lots if lot not in others], {'hold': None})
    for hold in set(others.values()):
        Lot.write(
            [lot for lot, other in others.items() if other == hold],
            {'hold': hold.id})


def _is_head_office() -> bool:
    pool = Pool()
    User = pool.get('res.user')
    ModelData = pool.get('ir.model.data')
    return ModelData.get_id(
        'aid_branch', 'group_head_office') in User.get_groups()
