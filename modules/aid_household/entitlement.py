"""The right of a household to be served: proposed, decided, renewed."""
from __future__ import annotations

import datetime as dt

from sql import Literal
from sql.operators import Exists

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction

from aid_branch.scope import BranchMixin

from . import period
from .exceptions import (
    EntitlementFixedError, EntitlementOverlapError, EntitlementStateError,
    EntitlementValidationError)

STATES = [
    ('proposed', "Proposed"),
    ('granted', "Granted"),
    ('refused', "Refused"),
    ('ended', "Ended"),
    ]


class Committee(BranchMixin, ModelSQL, ModelView):
    "A meeting that decides on entitlements"
    __name__ = 'aid.access.committee'

    date = fields.Date("Date", required=True)
    attendees = fields.Text("Present")
    entitlements = fields.One2Many(
        'aid.entitlement', 'committee', "Entitlements",
        domain=[('branch', '=', Eval('branch', -1))])

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._order.insert(0, ('date', 'DESC'))
        cls._buttons.update({
                'gather': {},
                'grant_proposed': {
                    'readonly': ~Eval('entitlements', []),
                    'depends': ['entitlements'],
                    },
                })

    @staticmethod
    def default_date():
        return Pool().get('ir.date').today()

    def get_rec_name(self, name: str) -> str:
        return f'{self.branch.rec_name} {self.date}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('branch.rec_name', *clause[1:])]

    @classmethod
    @ModelView.button
    def gather(cls, committees) -> None:
        "Put every proposal of the branch that awaits a decision on the table"
        Entitlement = Pool().get('aid.entitlement')
        to_write: list = []
        for committee in committees:
            proposed = Entitlement.search([
                    ('branch', '=', committee.branch.id),
                    ('state', '=', 'proposed'),
                    ('committee', '=', None),
                    ])
            if proposed:
                to_write += [proposed, {'committee': committee.id}]
        if to_write:
            Entitlement.write(*to_write)

    @classmethod
    @ModelView.button
    def grant_proposed(cls, committees) -> None:
        "Grant whatever is still proposed at these meetings"
        Entitlement = Pool().get('aid.entitlement')
        Entitlement.grant(Entitlement.search([
                    ('committee', 'in', [c.id for c in committees]),
                    ('state', '=', 'proposed'),
                    ]))


class Entitlement(BranchMixin, Workflow, ModelSQL, ModelView):
    """The right of a household to be served in a branch for some time.

    A proposal may be changed; a decision may not: it is ended and another is
    proposed.  No two granted ones of a household share a day.
    """
    __name__ = 'aid.entitlement'

    _open = {'readonly': Eval('state') != 'proposed'}

    household = fields.Many2One(
        'aid.household', "Household", required=True, ondelete='RESTRICT',
        states=_open)
    state = fields.Selection(
        STATES, "State", required=True, readonly=True, sort=False)
    valid_from = fields.Date("From", required=True, states=_open)
    valid_until = fields.Date(
        "Until", required=True, states=_open, help="The last day included.")
    contribution = fields.Selection([
            ('standard', "As the branch asks"),
            ('rate', "Own rate"),
            ('free', "Free"),
            ], "Contribution", required=True, sort=False, states=_open)
    contribution_rate = fields.Numeric(
        "Rate", digits=(None, 4), states={
            'readonly': _open['readonly'],
            'invisible': Eval('contribution') != 'rate',
            'required': Eval('contribution') == 'rate',
            },
        help="The share of the branch's contribution that is asked: "
        "0.5 for half of it.")
    cap_kind = fields.Selection([
            ('none', "No cap"),
            ('amount', "Amount asked"),
            ('kg', "Kilograms"),
            ('passages', "Passages"),
            ('items', "Items of a family"),
            ], "Cap On", required=True, sort=False, states=_open)
    cap_quantity = fields.Numeric(
        "Cap", digits=(None, 3), states={
            'readonly': _open['readonly'],
            'invisible': Eval('cap_kind', 'none') == 'none',
            'required': Eval('cap_kind', 'none') != 'none',
            })
    cap_period = fields.Selection([
            (None, ""),
            ('week', "Each week"),
            ('month', "Each month"),
            ('whole', "In all"),
            ], "Cap For", sort=False, states={
            'readonly': _open['readonly'],
            'invisible': Eval('cap_kind', 'none') == 'none',
            'required': Eval('cap_kind', 'none') != 'none',
            })
    tolerance = fields.Numeric(
        "Tolerance", digits=(None, 4), states={
            'readonly': _open['readonly'],
            'invisible': Eval('cap_kind', 'none') == 'none',
            },
        help="The share by which the cap may be passed: 0.1 for a tenth.")
    referral = fields.Many2One(
        'aid.referral', "Referral", ondelete='SET NULL', states=_open,
        domain=[('household', '=', Eval('household', -1))])
    committee = fields.Many2One(
        'aid.access.committee', "Access Committee", ondelete='RESTRICT',
        states=_open, domain=[('branch', '=', Eval('branch', -1))])
    decided_on = fields.Date(
        "Decided On", readonly=True,
        states={'invisible': Eval('state') == 'proposed'})
    decided_by = fields.Many2One(
        'res.user', "Decided By", readonly=True, ondelete='RESTRICT',
        states={'invisible': Eval('state') == 'proposed'})
    refusal_reason = fields.Selection([
            (None, ""),
            ('too_much_left', "More left to live on than the rule allows"),
            ('too_little_left', "Too little left: parcels for free instead"),
            ('elsewhere', "Served elsewhere"),
            ('withdrawn', "Withdrawn by the household"),
            ('other', "Other"),
            ], "Reason of Refusal", sort=False,
        states={
            'readonly': _open['readonly'],
            'invisible': ~Eval('state').in_(['proposed', 'refused']),
            },
        help="To be chosen before refusing.")
    ended_on = fields.Date(
        "Ended On", readonly=True,
        states={'invisible': Eval('state') != 'ended'},
        help="The first day it was in force no more.")
    left_to_live = Monetary(
        "Left to Live On", currency='currency', digits='currency',
        readonly=True, help="Per person and day, when it was decided.")
    persons = fields.Integer(
        "Persons", readonly=True, help="When it was decided.")
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    renewal_of = fields.Many2One(
        'aid.entitlement', "Renewal Of", readonly=True, ondelete='RESTRICT')
    renewal_due = fields.Function(
        fields.Boolean("To Renew"),
        'get_renewal_due', searcher='search_renewal_due')

    del _open

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls.branch.states = {'readonly': Eval('state') != 'proposed'}
        cls._order.insert(0, ('valid_from', 'DESC'))
        cls._sql_indexes.update({
                Index(table,
                    (table.household, Index.Equality()),
                    (table.valid_until, Index.Range())),
                Index(table,
                    (table.state, Index.Equality()),
                    (table.valid_until, Index.Range())),
                Index(table, (table.committee, Index.Equality())),
                Index(table, (table.renewal_of, Index.Equality())),
                })
        cls._transitions |= {
            ('proposed', 'granted'),
            ('proposed', 'refused'),
            ('granted', 'ended'),
            }
        cls._buttons.update({
                'grant': {
                    'invisible': Eval('state') != 'proposed',
                    'depends': ['state'],
                    },
                'refuse': {
                    'invisible': Eval('state') != 'proposed',
                    'depends': ['state'],
                    },
                'end': {
                    'invisible': Eval('state') != 'granted',
                    'depends': ['state'],
                    },
                'renew': {
                    'invisible': ~Eval('state').in_(['granted', 'ended']),
                    'depends': ['state'],
                    },
                })

    # Defaults

    @staticmethod
    def default_state() -> str:
        return 'proposed'

    @staticmethod
    def default_contribution() -> str:
        return 'standard'

    @staticmethod
    def default_cap_kind() -> str:
        return 'none'

    @staticmethod
    def default_valid_from():
        return Pool().get('ir.date').today()

    @fields.depends('household', '_parent_household.branch')
    def on_change_household(self) -> None:
        if self.household:
            self.branch = self.household.branch

    @fields.depends(
        'household', 'branch', 'valid_from', 'valid_until',
        '_parent_household.branch')
    def on_change_with_valid_until(self) -> dt.date | None:
        Rule = Pool().get('aid.household.rule')
        branch = self.branch
        if self.household and self.household.branch:
            branch = self.household.branch
        if self.valid_until or not self.valid_from or not branch:
            return self.valid_until
        rule = Rule.for_branches([branch], self.valid_from)[branch.id]
        if not rule:
            return None
        return period.last_day(self.valid_from, rule.entitlement_months)

    @fields.depends('branch')
    def on_change_with_currency(self, name=None) -> int | None:
        return self.branch.company.currency.id if self.branch else None

    @classmethod
    def preprocess_values(cls, mode, values) -> dict:
        values = super().preprocess_values(mode, values)
        if (mode == 'create' and values.get('household')
                and not values.get('branch')):
            Household = Pool().get('aid.household')
            values['branch'] = Household(values['household']).branch.id
        return values

    def get_rec_name(self, name: str) -> str:
        return (
            f'{self.household.code} {self.valid_from} → {self.valid_until}')

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('household.rec_name', *clause[1:])]

    # What holds when

    @classmethod
    def in_force_domain(cls, date: dt.date) -> list:
        "Domain of the entitlements in force on *date*"
        return [
            ('state', 'in', ['granted', 'ended']),
            ('valid_from', '<=', date),
            ('valid_until', '>=', date),
            ['OR', ('ended_on', '=', None), ('ended_on', '>', date)],
            ]

    def in_force(self, date: dt.date) -> bool:
        "Whether the household may be served under it on *date*"
        return (
            self.state in {'granted', 'ended'}
            and self.valid_from <= date <= self.last_day)

    @property
    def last_day(self) -> dt.date:
        "The last day in force; before the first if it ended before it began"
        if self.ended_on:
            return min(self.valid_until, self.ended_on - period.DAY)
        return self.valid_until

    # Checks

    @classmethod
    def validate_fields(cls, entitlements, field_names) -> None:
        super().validate_fields(entitlements, field_names)
        cls.check_period(entitlements, field_names)
        cls.check_branch(entitlements, field_names)
        cls.check_terms(entitlements, field_names)
        cls.check_overlap(entitlements, field_names)

    @classmethod
    def check_period(cls, entitlements, field_names=None) -> None:
        "Refuse an entitlement that ends before it begins"
        if field_names and not field_names & {'valid_from', 'valid_until'}:
            return
        for entitlement in entitlements:
            if entitlement.valid_until < entitlement.valid_from:
                raise EntitlementValidationError(gettext(
                        'aid_household.msg_entitlement_ends_before_start',
                        household=entitlement.household.code,
                        valid_from=entitlement.valid_from,
                        valid_until=entitlement.valid_until))

    @classmethod
    def check_branch(cls, entitlements, field_names=None) -> None:
        """Refuse a branch that is not the household's.

        Who sees one of both without the other would get errors in lists.
        """
        if field_names and not field_names & {'branch', 'household'}:
            return
        for entitlement in entitlements:
            if entitlement.branch != entitlement.household.branch:
                raise EntitlementValidationError(gettext(
                        'aid_household.msg_entitlement_branch',
                        household=entitlement.household.code,
                        branch=entitlement.branch.rec_name,
                        own=entitlement.household.branch.rec_name))

    @classmethod
    def check_terms(cls, entitlements, field_names=None) -> None:
        "Refuse rates beyond one, negative caps and half-told terms"
        names = {
            'contribution', 'contribution_rate', 'cap_kind', 'cap_quantity',
            'cap_period', 'tolerance'}
        if field_names and not field_names & names:
            return
        for entitlement in entitlements:
            message = entitlement._fault_of_terms()
            if message:
                raise EntitlementValidationError(gettext(
                        f'aid_household.{message}',
                        household=entitlement.household.code))

    def _fault_of_terms(self) -> str | None:
        if self.contribution == 'rate' and (
                self.contribution_rate is None
                or not 0 <= self.contribution_rate <= 1):
            return 'msg_entitlement_rate'
        if self.cap_kind != 'none' and (
                self.cap_quantity is None or self.cap_quantity <= 0
                or not self.cap_period):
            return 'msg_entitlement_cap'
        if self.tolerance is not None and not 0 <= self.tolerance <= 1:
            return 'msg_entitlement_tolerance'
        return None

    @classmethod
    def check_overlap(cls, entitlements, field_names=None) -> None:
        "Refuse two entitlements of one household in force on one day"
        names = {
            'state', 'household', 'valid_from', 'valid_until', 'ended_on'}
        if field_names and not field_names & names:
            return
        granted = [e for e in entitlements if e.state == 'granted']
        if not granted:
            return
        others: dict[int, list] = {}
        for other in cls.search([
                    ('household', 'in', [e.household.id for e in granted]),
                    ('state', 'in', ['granted', 'ended']),
                    ('valid_until', '>=', min(
                            e.valid_from for e in granted)),
                    ]):
            others.setdefault(other.household.id, []).append(other)
        for entitlement in granted:
            for other in others.get(entitlement.household.id, []):
                if other != entitlement and entitlement._overlaps(other):
                    raise EntitlementOverlapError(gettext(
                            'aid_household.msg_entitlement_overlap',
                            household=entitlement.household.code,
                            valid_from=entitlement.valid_from,
                            valid_until=entitlement.valid_until,
                            other_from=other.valid_from,
                            other_until=other.last_day))

    def _overlaps(self, other) -> bool:
        first = max(self.valid_from, other.valid_from)
        return first <= min(self.last_day, other.last_day)

    @classmethod
    def check_modification(
            cls, mode, entitlements, values=None, external=False) -> None:
        super().check_modification(
            mode, entitlements, values=values, external=external)
        if not external:
            return
        for entitlement in entitlements:
            if mode == 'create':
                if entitlement.state != 'proposed':
                    raise EntitlementFixedError(gettext(
                            'aid_household.msg_entitlement_not_proposed',
                            household=entitlement.household.code))
            elif entitlement.state != 'proposed' or (
                    mode == 'write' and 'state' in values
                    and values['state'] != 'proposed'):
                raise EntitlementFixedError(gettext(
                        'aid_household.msg_entitlement_decided',
                        entitlement=entitlement.rec_name))

    # Decisions

    @classmethod
    @ModelView.button
    def grant(cls, entitlements) -> None:
        """Grant proposals, and keep what they were decided on.

        :raises EntitlementStateError: one of them is decided already
        :raises EntitlementOverlapError: a household would have two at once
        """
        cls._check_state(entitlements, {'proposed'})
        # Two people who grant at the same moment must not pass each other
        Household = Pool().get('aid.household')
        households = list({e.household for e in entitlements})
        if households:
            Household.lock(households)
        cls._decide(entitlements)
        cls._grant(entitlements)

    @classmethod
    @Workflow.transition('granted')
    def _grant(cls, entitlements) -> None:
        pass

    @classmethod
    @ModelView.button
    def refuse(cls, entitlements) -> None:
        """Refuse proposals.

        :raises EntitlementStateError: one is decided already, or has no
            reason
        """
        cls._check_state(entitlements, {'proposed'})
        for entitlement in entitlements:
            if not entitlement.refusal_reason:
                raise EntitlementStateError(gettext(
                        'aid_household.msg_entitlement_no_reason',
                        entitlement=entitlement.rec_name))
        cls._decide(entitlements)
        cls._refuse(entitlements)

    @classmethod
    @Workflow.transition('refused')
    def _refuse(cls, entitlements) -> None:
        pass

    @classmethod
    @ModelView.button
    def end(cls, entitlements) -> None:
        """End entitlements as of today, before their time.

        :raises EntitlementStateError: one of them is not granted
        """
        cls._check_state(entitlements, {'granted'})
        to_write: list = []
        for entitlement in entitlements:
            to_write += [
                [entitlement], {'ended_on': entitlement.branch.today()}]
        if to_write:
            cls.write(*to_write)
        cls._end(entitlements)

    @classmethod
    @Workflow.transition('ended')
    def _end(cls, entitlements) -> None:
        pass

    @classmethod
    def _check_state(cls, entitlements, states: set[str]) -> None:
        "Say which one cannot take the step, before Tryton drops it silently"
        for entitlement in entitlements:
            if entitlement.state not in states:
                raise EntitlementStateError(gettext(
                        'aid_household.msg_entitlement_state',
                        entitlement=entitlement.rec_name,
                        state=dict(cls.fields_get(['state'])['state'][
                                'selection'])[entitlement.state]))

    @classmethod
    def _decide(cls, entitlements) -> None:
        to_write: list = []
        user = Transaction().user
        for entitlement in entitlements:
            household = entitlement.household
            committee = entitlement.committee
            to_write += [[entitlement], {
                    'decided_on': (
                        committee.date if committee
                        else entitlement.branch.today()),
                    'decided_by': user or None,
                    'left_to_live': household.left_to_live,
                    'persons': household.size,
                    }]
        if to_write:
            cls.write(*to_write)

    # Renewal

    @classmethod
    def get_renewal_due(cls, entitlements, name: str) -> dict[int, bool]:
        due = set(cls._due_ids(entitlements))
        return {e.id: e.id in due for e in entitlements}

    @classmethod
    def search_renewal_due(cls, name: str, clause) -> list:
        _, operator, operand = clause[:3]
        values = (
            set(operand) if isinstance(operand, (list, tuple, set, frozenset))
            else {operand})
        if operator in {'!=', 'not in'}:
            values = {True, False} - {bool(v) for v in values}
        else:
            values = {bool(v) for v in values}
        if values >= {True, False}:
            return []
        if not values:
            return [('id', '=', -1)]
        return [('id', 'in' if True in values else 'not in', cls._due_ids())]

    @classmethod
    def _due_ids(cls, entitlements=None) -> list[int]:
        """Ids of granted entitlements near their end that nothing follows.

        Near is as the dated rule of the branch says, before and after the
        end: who came too late is not forgotten.  Three queries, whatever the
        number of branches.

        :param entitlements: those asked about, None for all
        """
        pool = Pool()
        Branch = pool.get('aid.branch')
        Rule = pool.get('aid.household.rule')
        today = pool.get('ir.date').today()
        candidates = cls._candidates_for_renewal(today, entitlements)
        branches = Branch.browse(list({b for _, b, _ in candidates}))
        rules = Rule.for_branches(branches, today)
        due = []
        for id_, branch, valid_until in candidates:
            rule = rules[branch]
            if rule and abs(
                    (valid_until - today).days) <= rule.renewal_notice:
                due.append(id_)
        return due

    @classmethod
    def _candidates_for_renewal(
            cls, today: dt.date, entitlements=None,
            ) -> list[tuple[int, int, dt.date]]:
        "(id, branch, last day) of what ends near *today* with no successor"
        pool = Pool()
        Rule = pool.get('aid.household.rule')
        Household = pool.get('aid.household')
        notice = max(
            (r.renewal_notice for r in Rule.all_at(today)), default=None)
        if notice is None:
            return []
        span = dt.timedelta(days=notice)
        table, later = cls.__table__(), cls.__table__()
        household = Household.__table__()
        where = (
            (table.state == 'granted')
            & (table.valid_until >= today - span)
            & (table.valid_until <= today + span)
            & ~Exists(later.select(
                    Literal(1),
                    where=(later.household == table.household)
                    & (later.valid_from > table.valid_from)
                    & later.state.in_(['proposed', 'granted'])))
            & table.household.in_(household.select(
                    household.id, where=household.active == Literal(True))))
        if entitlements is not None:
            where &= table.id.in_([e.id for e in entitlements] or [-1])
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.select(
                table.id, table.branch, table.valid_until, where=where))
        return list(cursor)

    @classmethod
    @ModelView.button
    def renew(cls, entitlements) -> None:
        "Propose the next entitlements, see :meth:`propose_next`"
        cls.propose_next(entitlements)

    @classmethod
    def propose_next(cls, entitlements) -> list:
        """Propose the next entitlement on the same terms, for as long.

        :return: the proposals
        :raises EntitlementStateError: one was not granted, or is followed by
            another already
        """
        cls._check_state(entitlements, {'granted', 'ended'})
        cls._check_not_followed(entitlements)
        to_create = []
        for entitlement in entitlements:
            valid_from, valid_until = period.next_period(
                entitlement.valid_from, entitlement.valid_until,
                entitlement.branch.today())
            to_create.append({
                    **entitlement._terms(),
                    'valid_from': valid_from,
                    'valid_until': valid_until,
                    'renewal_of': entitlement.id,
                    })
        return cls.create(to_create)

    def _terms(self) -> dict:
        "What a renewal keeps, as values"
        return {
            'household': self.household.id,
            'branch': self.branch.id,
            'contribution': self.contribution,
            'contribution_rate': self.contribution_rate,
            'cap_kind': self.cap_kind,
            'cap_quantity': self.cap_quantity,
            'cap_period': self.cap_period,
            'tolerance': self.tolerance,
            'referral': self.referral.id if self.referral else None,
            }

    @classmethod
    def _check_not_followed(cls, entitlements) -> None:
        if not entitlements:
            return
        latest = {}
        for entitlement in entitlements:
            latest[entitlement.household.id] = max(
                entitlement.valid_from,
                latest.get(entitlement.household.id, entitlement.valid_from))
        for other in cls.search([
                    ('household', 'in', list(latest)),
                    ('state', 'in', ['proposed', 'granted']),
                    ]):
            if other.valid_from > latest[other.household.id]:
                raise EntitlementStateError(gettext(
                        'aid_household.msg_entitlement_followed',
                        household=other.household.code,
                        entitlement=other.rec_name))

    @classmethod
    def copy(cls, entitlements, default=None):
        default = default.copy() if default is not None else {}
        for name in [
                'committee', 'decided_on', 'decided_by', 'refusal_reason',
                'ended_on', 'left_to_live', 'persons', 'renewal_of']:
            default.setdefault(name)
        return super().copy(entitlements, default=default)
