"""Goods that a recall holds are not released by whoever opened it."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from aid_lot.exceptions import HoldError


class Hold(metaclass=PoolMeta):
    __name__ = 'aid.lot.hold'

    recall = fields.Many2One(
        'aid.recall', "Recall", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('recall')})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.recall, Index.Equality()),
                where=table.recall != None))  # noqa: E711

    @without_check_access
    def is_of_open_recall(self) -> bool:
        "Whether a recall that is open holds the goods"
        return bool(self.recall and self.recall.state == 'open')

    def may_be_released(self) -> bool:
        """Somebody else than who held them, always, while a recall is open.

        Then nothing is undone within half an hour, and nobody is above the
        head office that opened it.
        """
        if self.is_of_open_recall():
            return self.held_by.id != Transaction().user
        return super().may_be_released()

    def _check_release(self) -> None:
        super()._check_release()
        if self.is_of_open_recall() and not _is_head_office():
            raise HoldError(gettext(
                    'aid_recall.msg_hold_recall', hold=self.reason))


def _is_head_office() -> bool:
    "Whether the user may decide for the network; the server itself may"
    pool = Pool()
    User = pool.get('res.user')
    ModelData = pool.get('ir.model.data')
    return not Transaction().user or ModelData.get_id(
        'aid_branch', 'group_head_office') in User.get_groups()
