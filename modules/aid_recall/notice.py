"""Notices of recall: what a maker or the State says is dangerous."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from aid_branch.reading import read_together
from aid_branch.slices import slices

from . import candidates, matching
from .exceptions import NoticeError, NoticeKeptError
from .matching import GRADES
from .words import brands, words

STATES = [
    ('new', "New"),
    ('matched', "To Look At"),
    ('recalled', "Recalled"),
    ('no_match', "Not in Our Goods"),
    ('dismissed', "Put Aside"),
    ]
#: States in which somebody still may have to do something about a notice
OPEN = frozenset({'new', 'matched', 'no_match'})
#: What head office adds to an official notice
DECISION = frozenset({'dismissal_reason', 'families'})


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
    information = fields.Text("Further Information", states=_typed)
    url = fields.Char("Page", states=_typed)
    items = fields.One2Many(
        'aid.recall.notice.item', 'notice', "What It Is Known By",
        states=_typed)
    families = fields.Many2Many(
        'aid.recall.notice-aid.family', 'notice', 'family',
        "Goods Known Only as",
        states={'readonly': ~Eval('state').in_(list(OPEN))},
        help="Goods of which only one of these families was written down may "
        "be meant, too. Somebody looks at them.")
    lots = fields.One2Many(
        'aid.recall.notice.match', 'notice', "In Our Goods", readonly=True,
        states={'invisible': Eval('state') == 'new'})
    grade = fields.Selection(
        [(None, ""), *GRADES], "Known By", readonly=True, sort=False,
        help="The best of what agrees with our goods.")
    dismissal_reason = fields.Char(
        "Why Not Ours", states={
            'readonly': ~Eval('state').in_(list(OPEN)),
            })

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [
            ('state', 'ASC'), ('published', 'DESC NULLS LAST'),
            ('id', 'DESC')]
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
                'compare': {
                    'invisible': ~Eval('state').in_(list(OPEN)),
                    'depends': ['state'],
                    },
                'dismiss': {
                    'invisible': ~Eval('state').in_(list(OPEN)),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def view_attributes(cls) -> list:
        return super().view_attributes() + [
            ('/tree/field[@name="state"]', 'visual',
                If(Eval('state').in_(['new', 'matched']), 'warning',
                    If(Eval('state') == 'recalled', 'danger', 'muted'))),
            ]

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

    @classmethod
    def order_state(cls, tables) -> list:
        "What somebody has to look at first, the surest first"
        table, _ = tables[None]
        return [
            Case(
                (table.state == 'matched', 0), (table.state == 'new', 1),
                else_=2),
            Case(
                *((table.grade == grade, i)
                    for i, (grade, _) in enumerate(GRADES)),
                else_=len(GRADES))]

    # Which of our goods it is about

    @classmethod
    @without_check_access
    def matches(cls, notices) -> dict[int, list[matching.Match]]:
        """The lots of the whole network that *notices* may be about.

        In bulk: as many questions to the database for a hundred notices as
        for one. Nothing is written.

        :return: by id of the notice, best first
        """
        Rule = Pool().get('aid.recall.rule')
        Date = Pool().get('ir.date')
        back = Rule.days_back(Date.today())
        read_together(item for notice in notices for item in notice.items)
        read_together(f for notice in notices for f in notice.families)
        wanted = [notice.as_compared(back) for notice in notices]
        return matching.match(wanted, candidates.read(wanted))

    def as_compared(
            self, back: dt.timedelta | None = None) -> matching.Notice:
        """What the notice says, as plain values to compare.

        :param back: how far before its publication goods of which nothing
            is left count, where it does not say since when they were sold
        """
        since = self.sold_from
        if not since and back and self.published:
            since = self.published - back
        return matching.Notice(
            self.id,
            tuple(item.as_compared() for item in self.items),
            brands(self.brand),
            words(self.title, self.models),
            sold_from=self.sold_from,
            since=since,
            generic=frozenset(
                f.product.id for f in self.families if f.product))

    @classmethod
    @ModelView.button
    def compare(cls, notices) -> None:
        """Look in our goods for what *notices* are about.

        What was put aside, or recalled, is looked at again when goods turn
        up that bear its barcode.
        """
        Match = Pool().get('aid.recall.notice.match')
        with without_check_access():
            found = cls.matches(notices)
            new = Match.keep(found)
            grouped: dict[tuple, list] = defaultdict(list)
            for notice in notices:
                matches = found[notice.id]
                state = notice.state
                if state in OPEN or notice.id in new:
                    state = 'matched' if matches else 'no_match'
                grade = matches[0].grade if matches else None
                if (state, grade) != (notice.state, notice.grade):
                    grouped[state, grade].append(notice)
            for (state, grade), some in grouped.items():
                for few in slices(some):
                    cls.write(few, {'state': state, 'grade': grade})

    @classmethod
    def compare_again(cls) -> None:
        """Compare what is new on the shelves, every day.

        Goods come in weeks after a notice. Notices that are older than the
        goods of which nothing is left count no longer.
        """
        pool = Pool()
        Rule = pool.get('aid.recall.rule')
        today = pool.get('ir.date').today()
        back = Rule.days_back(today)
        domain = [('published', '=', None)]
        if back:
            domain = ['OR', domain, ('published', '>=', today - back)]
        cls.compare(cls.search(domain))

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
                    notice.source != 'typed'
                    and values.keys() - DECISION):
                raise NoticeKeptError(gettext(
                        'aid_recall.msg_notice_kept',
                        notice=notice.rec_name))


class NoticeFamily(ModelSQL):
    "A family that goods of a notice may be known by"
    __name__ = 'aid.recall.notice-aid.family'

    notice = fields.Many2One(
        'aid.recall.notice', "Notice", required=True, ondelete='CASCADE')
    family = fields.Many2One(
        'aid.family', "Family", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('notice')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.notice, Index.Equality())))
