"""What belongs to one recall."""
from __future__ import annotations

from trytond.model import Index, Model, fields
from trytond.pool import Pool


class OfRecallMixin(Model):
    "A task of a recall: it can be found by the state of its recall"
    __slots__ = ()

    recall = fields.Many2One(
        'aid.recall', "Recall", required=True, readonly=True,
        ondelete='CASCADE')
    recall_state = fields.Function(
        fields.Selection('get_recall_states', "State of the Recall"),
        'on_change_with_recall_state', searcher='search_recall_state')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.recall, Index.Equality())))

    @classmethod
    def get_recall_states(cls) -> list[tuple[str, str]]:
        Recall = Pool().get('aid.recall')
        return Recall.fields_get(['state'])['state']['selection']

    @fields.depends('recall')
    def on_change_with_recall_state(self, name: str | None = None):
        return self.recall.state if self.recall else None

    @classmethod
    def search_recall_state(cls, name: str, clause) -> list:
        return [('recall.state', *clause[1:])]
