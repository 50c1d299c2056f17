"""Notices of recall: what a maker or the State says is dangerous."""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval

from .exceptions import NoticeError, NoticeKeptError

STATES = [
    ('new', "New"),
    ('matched', "To Look At"),
    ('recalled', "Recalled"),
    ('no_match', "Not in Our Goods"),
    ('dismissed', "Put Aside"),
    ]
#: States in which somebody still may have to do something about a notice
OPEN = frozenset({'new', 'matched', 'no_match'})
#: What is decided about a notice, apart from what it says
DECISION = frozenset({'state', 'grade', 'dismissal_reason', 'matched_at'})


class Notice(ModelSQL, ModelView):
    """What a maker or the State says is dangerous, as it was published.

    Typed by head office, or imported from RappelConso: a newer version of
    a notice takes the place of the older one. What it says is public; which
    of our lots are meant is for head office to look at.
    """
    __name__ = 'aid.recall.notice'
    _rec_name = 'title'

    _typed = {'readonly': (Eval('source') != 'typed')
        | Eval('state').in_(['recalled', 'dismissed'])}

    source = fields.Selection([
            ('typed', "Typed"),
            ('rappelconso', "RappelConso"),
            ], "From", required=True, readonly=True, sort=False)
    reference = fields.Char(
        "Number", states={
            'readonly': _typed['readonly'],
            'required': Eval('source') == 'rappelconso',
            },
        help="The official number, for example 2026-03-0141.")
    guid = fields.Char("Identifier", readonly=True)
    version = fields.Integer(
        "Version", readonly=True, states={'invisible': ~Eval('version')})
    state = fields.Selection(
        STATES, "State", required=True, readonly=True, sort=False)
    title = fields.Char("Product", required=True, states=_typed)
    brand = fields.Char("Brand", states=_typed)
    models = fields.Text("Models", states=_typed)
    category = fields.Char("Category", states=_typed)
    reason = fields.Text("Why", states=_typed)
    risk = fields.Text("Risk", states=_typed)
    advice = fields.Text(
        "What to Do", states=_typed,
        help="What people who have it at home should do.")
    published = fields.Date("Published", states=_typed)
    sold_from = fields.Date("Sold From", states=_typed)
    sold_to = fields.Date("Sold To", states=_typed)
    area = fields.Text("Where It Was Sold", states=_typed)
    distributors = fields.Text("Sold By", states=_typed)
    url = fields.Char("Page", states=_typed)
    items = fields.One2Many(
        'aid.recall.notice.item', 'notice', "What It Is Known By",
        states=_typed)
    matches = fields.One2Many(
        'aid.recall.notice.match', 'notice', "In Our Goods", readonly=True)
    dismissal_reason = fields.Char(
        "Why Not Ours", states={
            'readonly': ~Eval('state').in_(list(OPEN)),
            })

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('published', 'DESC NULLS LAST'), ('id', 'DESC')]
        cls._sql_constraints.append(
            ('reference_unique',
                Unique(table, table.source, table.reference),
                'aid_recall.msg_notice_reference_unique'))
        cls._sql_indexes.update({
                Index(table, (table.reference, Index.Equality(
                            cardinality='high'))),
                Index(table, (table.published, Index.Range())),
                Index(table, (table.state, Index.Equality()),
                    where=table.state.in_(['new', 'matched'])),
                })
        cls._buttons.update({
                'dismiss': {
                    'invisible': ~Eval('state').in_(list(OPEN)),
                    'depends': ['state'],
                    },
                })

    @staticmethod
    def default_source() -> str:
        return 'typed'

    @staticmethod
    def default_state() -> str:
        return 'new'

    def get_rec_name(self, name: str) -> str:
        return ' – '.join(filter(None, [self.title, self.brand]))

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        operator = clause[1]
        bool_op = 'AND' if operator.startswith(('!', 'not ')) else 'OR'
        return [bool_op,
            ('title', *clause[1:]),
            ('brand', *clause[1:]),
            ('reference', *clause[1:]),
            ('items.gtin', *clause[1:]),
            ]

    # What is decided

    @classmethod
    @ModelView.button
    def dismiss(cls, notices) -> None:
        """The goods are not ours, and somebody said why.

        :raises NoticeError: nobody did
        """
        for notice in notices:
            if not notice.dismissal_reason:
                raise NoticeError(gettext(
                        'aid_recall.msg_notice_dismissal_reason',
                        notice=notice.rec_name))
        cls.write(notices, {'state': 'dismissed'})

    @classmethod
    def mark_recalled(cls, notices) -> None:
        "A recall came of the *notices*"
        cls.write(notices, {'state': 'recalled'})

    @classmethod
    def check_modification(
            cls, mode, notices, values=None, external=False) -> None:
        super().check_modification(
            mode, notices, values=values, external=external)
        if not external or mode == 'create':
            return
        for notice in notices:
            if mode == 'delete' or (
                    notice.source != 'typed' and values.keys() - DECISION):
                raise NoticeKeptError(gettext(
                        'aid_recall.msg_notice_kept',
                        notice=notice.rec_name))
