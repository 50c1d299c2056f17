"""The household: a code for everyone, a file for those who follow it."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sql.conditionals import Coalesce

from trytond.i18n import gettext
from trytond.ir.resource import ResourceMixin
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from aid_branch.card import new_card_code
from aid_branch.moment import this_second
from aid_branch.person import search_key
from aid_branch.scope import BranchMixin

from . import budget, composition
from .exceptions import (
    EraseHouseholdError, HouseholdFixedError, HouseholdValidationError)

# No letter that is read as a digit, nor the other way round
CARD = 'C'

ENTITLEMENT_STATES = [
    ('none', "None"),
    ('proposed', "Proposed"),
    ('coming', "To Come"),
    ('granted', "In Force"),
    ('expired', "Ended"),
    ]

#: How a household may be told that a product is recalled
CHANNELS = [
    (None, ""),
    ('email', "E-Mail"),
    ('sms', "Text Message"),
    ('phone', "Phone"),
    ('none', "Not at All"),
    ]

REASONS = [
    ('follow_up', "Follow-up of the household"),
    ('interview', "First interview"),
    ('committee', "Preparing a committee"),
    ('request', "Asked by the person"),
    ('correction', "Correcting an error"),
    ('control', "Control"),
    ]


class Household(BranchMixin, DeactivableMixin, ModelSQL, ModelView):
    """People who share a fridge and are served together.

    Invoices and entries bear the party of the household.  It is named by the
    code and holds no address nor identifier, so that they may outlive the
    file without naming anyone.  Names, addresses, income are here and on the
    lines; ``ir.model.field.access`` closes them to all but social workers
    and branch officers.
    """
    __name__ = 'aid.household'
    _rec_name = 'code'

    code = fields.Char("Code", required=True, readonly=True)
    party = fields.Many2One(
        'party.party', "Party", required=True, readonly=True,
        ondelete='RESTRICT',
        help="Named by the code. Documents bear it.")
    card_code = fields.Char(
        "Card", readonly=True,
        help="The code on the household's card. It tells nothing by itself.")
    till_name = fields.Char(
        "Name at the Till", readonly=True,
        help="First name and initial of the contact.")
    name = fields.Function(
        fields.Char("Contact"), 'get_name', searcher='search_name')
    members = fields.One2Many(
        'aid.household.member', 'household', "Members")
    size = fields.Function(fields.Integer("Persons"), 'get_composition')
    adults = fields.Function(fields.Integer("Adults"), 'get_composition')
    children = fields.Function(fields.Integer("Children"), 'get_composition')
    consumption_units = fields.Function(
        fields.Numeric(
            "Consumption Units", digits=(None, 2),
            help="Weight of the household, for comparing unlike ones."),
        'get_composition')

    street = fields.Text("Street")
    postal_code = fields.Char("Postal Code")
    city = fields.Char("City")
    country = fields.Many2One('country.country', "Country")
    phone = fields.Char("Phone")
    email = fields.Char("E-Mail")
    contact_channel = fields.Selection(
        CHANNELS, "If a Product Is Dangerous, Tell by", sort=False,
        help="Asked once, never needed. Empty: told at the next visit.")
    contact_hours = fields.Char(
        "Hours to Call", states={
            'invisible': ~Eval('contact_channel').in_(['sms', 'phone']),
            },
        help="When the household would like to be called.")

    constraints = fields.One2Many(
        'aid.household.constraint', 'household', "Product Constraints",
        help="Entered at the person's request. Never a reason.")
    not_served_by = fields.Char(
        "Rather Not Served By",
        help="First names, with commas between them. No reason is asked. The "
        "till is told only when one of them would serve the household.")
    collectors = fields.One2Many(
        'aid.household.collector', 'household', "Allowed to Collect")

    budget_lines = fields.One2Many(
        'aid.household.budget.line', 'household', "Budget")
    resource_lines = fields.One2Many(
        'aid.household.budget.line', 'household', "Resources",
        filter=[('kind', '=', 'resource')])
    charge_lines = fields.One2Many(
        'aid.household.budget.line', 'household', "Charges",
        filter=[('kind', '=', 'charge')])
    left_to_live_basis = fields.Selection([
            (None, ""),
            ('lines', "Reckoned Here"),
            ('certified', "Certified by a Service"),
            ], "Left to Live On, Known From", sort=False)
    certified_amount = Monetary(
        "Certified Amount", currency='currency', digits='currency',
        states={
            'invisible': Eval('left_to_live_basis') != 'certified',
            'required': Eval('left_to_live_basis') == 'certified',
            },
        help="Per person and day, as the service wrote it.")
    certified_by = fields.Many2One(
        'party.party', "Certified By", ondelete='RESTRICT',
        domain=[('branch', '=', None)],
        states={
            'invisible': Eval('left_to_live_basis') != 'certified',
            'required': Eval('left_to_live_basis') == 'certified',
            })
    certified_on = fields.Date(
        "Certified On",
        states={
            'invisible': Eval('left_to_live_basis') != 'certified',
            'required': Eval('left_to_live_basis') == 'certified',
            })
    left_to_live = fields.Function(Monetary(
            "Left to Live On", currency='currency', digits='currency',
            help="Money per person and day."),
        'get_left_to_live')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    referrals = fields.One2Many('aid.referral', 'household', "Referrals")
    entitlements = fields.One2Many(
        'aid.entitlement', 'household', "Entitlements",
        order=[('valid_from', 'DESC'), ('id', 'DESC')])
    entitlement = fields.Function(
        fields.Many2One('aid.entitlement', "Entitlement"),
        'get_entitlement')
    entitlement_state = fields.Function(
        fields.Selection(ENTITLEMENT_STATES, "Entitlement", sort=False),
        'get_entitlement', searcher='search_entitlement_state')
    entitlement_until = fields.Function(
        fields.Date("Until"), 'get_entitlement')
    accesses = fields.One2Many(
        'aid.household.access', 'household', "Openings of the File",
        readonly=True)
    erased_on = fields.Date(
        "Erased On", readonly=True,
        states={'invisible': ~Eval('erased_on')})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_household.msg_household_code_unique'),
            ('card_code_unique', Unique(table, table.card_code),
                'aid_household.msg_household_card_code_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.code, Index.Similarity())),
                # What need not be there is looked for as a text
                Index(table,
                    (Coalesce(table.card_code, ''), Index.Equality())),
                Index(table,
                    (Coalesce(table.till_name, ''), Index.Similarity())),
                Index(table, (table.party, Index.Equality())),
                })
        cls._order.insert(0, ('code', 'ASC'))
        # A file follows its family: it is not handed to another branch
        cls.branch.states = {'readonly': Eval('id', -1) >= 0}
        cls._buttons.update({
                'open_file': {
                    'invisible': Bool(Eval('erased_on')),
                    'depends': ['erased_on'],
                    },
                'new_card': {
                    'invisible': Bool(Eval('erased_on')),
                    'depends': ['erased_on'],
                    },
                'erase_constraints': {
                    'invisible': (
                        ~Eval('constraints', []) | Bool(Eval('erased_on'))),
                    'depends': ['constraints', 'erased_on'],
                    },
                'erase': {
                    'invisible': Bool(Eval('erased_on')),
                    'depends': ['erased_on'],
                    },
                })

    @classmethod
    def view_attributes(cls) -> list:
        state = Eval('entitlement_state')
        return super().view_attributes() + [
            ('/tree/field[@name="entitlement_state"]', 'visual',
                If(state == 'granted', 'success',
                    If(state.in_(['proposed', 'coming']), 'warning',
                        'muted'))),
            ]

    # Making one

    @classmethod
    def _before_create(cls, vlist):
        """Give each household its code, its card and its party, all in bulk.

        The hook for one record at a time would ask the sequence and make a
        party once per household.
        """
        vlist = super()._before_create(vlist)
        with without_check_access():
            cls._number(vlist)
            cls._make_parties(vlist)
        return vlist

    @classmethod
    def _number(cls, vlist: list[dict]) -> None:
        pool = Pool()
        Sequence = pool.get('ir.sequence')
        ModelData = pool.get('ir.model.data')
        without = [v for v in vlist if not v.get('code')]
        if without:
            sequence = Sequence(ModelData.get_id(
                    'aid_household', 'sequence_household'))
            for values, code in zip(
                    without, sequence.get_many(len(without))):
                values['code'] = code
        for values in vlist:
            if not values.get('card_code'):
                values['card_code'] = new_card_code(CARD)

    @classmethod
    def _make_parties(cls, vlist: list[dict]) -> None:
        Party = Pool().get('party.party')
        parties = Party.create([{
                    'name': values['code'],
                    'code': values['code'],
                    'branch': values.get('branch', cls.default_branch()),
                    'addresses': None,
                    } for values in vlist])
        for values, party in zip(vlist, parties):
            values['party'] = party.id

    @classmethod
    def copy(cls, households, default=None):
        default = default.copy() if default is not None else {}
        for name in ['code', 'card_code', 'party', 'till_name', 'erased_on']:
            default.setdefault(name)
        for name in [
                'members', 'constraints', 'collectors', 'budget_lines',
                'resource_lines', 'charge_lines', 'referrals', 'entitlements',
                'accesses']:
            default.setdefault(name)
        return super().copy(households, default=default)

    # Names

    def get_rec_name(self, name: str) -> str:
        """The code, and the name at the till for those who may read it.

        It stands in lists of other rooms, whose readers may be others.
        """
        if self.till_name and _may_read(self.__name__, 'till_name'):
            return f'{self.code} {self.till_name}'
        return self.code

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        _, operator, operand = clause[:3]
        joint = 'AND' if operator.startswith(('!', 'not ')) else 'OR'
        card = operand
        if isinstance(operand, str):
            card = operand.strip('%')
        domain = [joint,
            ('code', operator, operand),
            ('card_code', '!=' if joint == 'AND' else '=', card)
            if not isinstance(operand, (list, tuple, set, frozenset))
            else ('card_code', operator, operand),
            ]
        if _may_read(cls.__name__, 'till_name'):
            domain.append(('till_name', operator, operand))
        return domain

    @classmethod
    def autocomplete(cls, text, domain=None, limit=None, order=None):
        found = super().autocomplete(
            text, domain=domain, limit=limit, order=order)
        for household in found:
            # Or the web client asks for the name once it is chosen
            household['rec_name'] = household['name']
        return found

    @classmethod
    def set_till_names(cls, households) -> None:
        "Store the name that the till sees, after the members changed"
        contacts = cls._contacts(households)
        to_write: list = []
        for household in households:
            contact = contacts.get(household.id)
            name = composition.till_name(
                contact.first_name, contact.last_name) if contact else None
            if household.till_name != name:
                to_write += [[household], {'till_name': name}]
        if to_write:
            with without_check_access():
                cls.write(*to_write)

    @classmethod
    def _contacts(cls, households) -> dict:
        "Household id to its contact: the one marked, else the first named"
        contacts: dict = {}
        for member in cls.members_of(households):
            if not (member.first_name or member.last_name):
                continue
            if member.main:
                contacts[member.household.id] = member
            else:
                contacts.setdefault(member.household.id, member)
        return contacts

    @classmethod
    def members_of(cls, households) -> list:
        "All ``aid.household.member`` of *households*, in one statement"
        Member = Pool().get('aid.household.member')
        with without_check_access():
            return Member.search([
                    ('household', 'in', [h.id for h in households]),
                    ])

    @classmethod
    def get_name(cls, households, name: str) -> dict[int, str | None]:
        contacts = cls._contacts(households)
        return {
            h.id: contacts[h.id].rec_name if h.id in contacts else None
            for h in households}

    @classmethod
    def search_name(cls, name: str, clause) -> list:
        Member = Pool().get('aid.household.member')
        _, operator, operand = clause[:3]
        path = 'members.search_key'
        if operator in {'=', '!='} and operand is None:
            named = ('members', 'where', [('search_key', '!=', None)])
            without = ('members', 'not where', [('search_key', '!=', None)])
            return [without if operator == '=' else named]
        return Member.search_key_domain(path, clause)

    # Size

    @classmethod
    def get_composition(cls, households, names) -> dict:
        """Size, grown-ups, children and consumption units, three queries.

        Ages are those of today, where the branch of the household is.
        """
        people: dict[int, list] = {h.id: [] for h in households}
        for member in cls.members_of(households):
            people[member.household.id].append(member.plain())
        result: dict = {name: {} for name in names}
        scales: dict = {}
        for household in households:
            today = household.branch.today()
            if today not in scales:
                scales[today] = cls._scale_at(today)
            values = cls._compose(
                people[household.id], scales[today], today)
            for name in names:
                result[name][household.id] = values[name]
        return result

    @classmethod
    def _scale_at(cls, date: dt.date) -> composition.Scale | None:
        Scale = Pool().get('aid.household.consumption.scale')
        scale = Scale.at(date)
        return scale.plain() if scale else None

    @classmethod
    def _compose(
            cls, people: list, scale: composition.Scale | None,
            today: dt.date) -> dict:
        size = sum(person.count for person in people)
        children, units = 0, None
        if scale:
            children = composition.count_children(
                people, scale.child_below, today)
            units = composition.consumption_units(people, scale, today)
        return {
            'size': size,
            'adults': size - children,
            'children': children,
            'consumption_units': units,
            }

    # What is left to live on

    @fields.depends('branch')
    def on_change_with_currency(self, name=None) -> int | None:
        return self.branch.company.currency.id if self.branch else None

    @classmethod
    def get_left_to_live(
            cls, households, name: str) -> dict[int, Decimal | None]:
        """Money per person and day, two queries for all households.

        None where nothing is known or nobody is there to live on it.
        """
        Line = Pool().get('aid.household.budget.line')
        amounts: dict = {
            h.id: {'resource': [], 'charge': []} for h in households}
        reckoned = [h for h in households if h.left_to_live_basis == 'lines']
        for line in Line.search([
                    ('household', 'in', [h.id for h in reckoned]),
                    ]):
            amounts[line.household.id][line.kind].append(line.amount)
        result: dict[int, Decimal | None] = {}
        for household in households:
            if household.left_to_live_basis == 'certified':
                result[household.id] = household.certified_amount
            elif household.left_to_live_basis == 'lines' and household.size:
                result[household.id] = budget.left_to_live(
                    amounts[household.id]['resource'],
                    amounts[household.id]['charge'],
                    household.size,
                    rounding=household.currency.rounding)
            else:
                result[household.id] = None
        return result

    # Entitlements

    def entitlement_at(self, date: dt.date):
        "The ``aid.entitlement`` in force on *date*, or None"
        return self.entitlements_at([self], date)[self.id]

    @classmethod
    def entitlements_at(cls, households, date: dt.date) -> dict:
        """The entitlement in force on *date* of each household, one query.

        :return: household id to ``aid.entitlement`` or None
        """
        Entitlement = Pool().get('aid.entitlement')
        result: dict = {h.id: None for h in households}
        for entitlement in Entitlement.search([
                    ('household', 'in', list(result)),
                    *Entitlement.in_force_domain(date),
                    ]):
            result[entitlement.household.id] = entitlement
        return result

    @classmethod
    def get_entitlement(cls, households, names) -> dict:
        Entitlement = Pool().get('aid.entitlement')
        by_household: dict[int, list] = {h.id: [] for h in households}
        for entitlement in Entitlement.search([
                    ('household', 'in', list(by_household)),
                    ('state', '!=', 'refused'),
                    ], order=[('valid_from', 'ASC'), ('id', 'ASC')]):
            by_household[entitlement.household.id].append(entitlement)
        result: dict = {name: {} for name in names}
        for household in households:
            state, entitlement = cls._standing(
                by_household[household.id], household.branch.today())
            values = {
                'entitlement_state': state,
                'entitlement': entitlement.id if entitlement else None,
                'entitlement_until':
                    entitlement.last_day if entitlement else None,
                }
            for name in names:
                result[name][household.id] = values[name]
        return result

    @classmethod
    def _standing(cls, entitlements: list, today: dt.date) -> tuple:
        """Where a household stands on *today*.

        :param entitlements: all but refused ones, first begun first
        :return: a key of ``ENTITLEMENT_STATES`` and the entitlement meant
        """
        granted = [e for e in entitlements if e.state != 'proposed']
        proposed = [e for e in entitlements if e.state == 'proposed']
        for entitlement in granted:
            if entitlement.in_force(today):
                return 'granted', entitlement
        if proposed:
            return 'proposed', proposed[-1]
        for entitlement in granted:
            if entitlement.state == 'granted' and (
                    entitlement.valid_from > today):
                return 'coming', entitlement
        if granted:
            return 'expired', granted[-1]
        return 'none', None

    @classmethod
    def search_entitlement_state(cls, name: str, clause) -> list:
        Entitlement = Pool().get('aid.entitlement')
        _, operator, operand = clause[:3]
        values = (
            set(operand) if isinstance(operand, (list, tuple, set, frozenset))
            else {operand})
        states = {key for key, _ in ENTITLEMENT_STATES}
        wanted = values & states
        if operator in {'!=', 'not in'}:
            wanted = states - values
        today = cls._today()

        def having(domain: list, some: bool = True) -> tuple:
            return (
                'entitlements', 'where' if some else 'not where', domain)
        ranked = [
            ('granted', Entitlement.in_force_domain(today)),
            ('proposed', [('state', '=', 'proposed')]),
            ('coming', [
                    ('state', '=', 'granted'), ('valid_from', '>', today)]),
            ('expired', [('state', 'in', ['granted', 'ended'])]),
            ]
        domain: list = ['OR', ('id', '=', -1)]
        before: list = []
        for state, meant in ranked:
            if state in wanted:
                domain.append([*before, having(meant)])
            before = [*before, having(meant, False)]
        if 'none' in wanted:
            domain.append(before)
        return domain

    @classmethod
    def _today(cls) -> dt.date:
        "Today in the user's current branch, or on the server"
        pool = Pool()
        branch = Transaction().context.get('branch')
        if branch:
            return pool.get('aid.branch')(branch).today()
        return pool.get('ir.date').today()

    # Checks

    @classmethod
    def validate_fields(cls, households, field_names) -> None:
        super().validate_fields(households, field_names)
        cls.check_certified(households, field_names)

    @classmethod
    def check_certified(cls, households, field_names=None) -> None:
        "Refuse a certificate that is not written yet, or negative"
        if field_names and not field_names & {
                'certified_on', 'certified_amount'}:
            return
        for household in households:
            if (household.certified_on
                    and household.certified_on > household.branch.today()):
                raise HouseholdValidationError(gettext(
                        'aid_household.msg_certified_in_future',
                        household=household.code,
                        date=household.certified_on))

    @classmethod
    def check_modification(
            cls, mode, households, values=None, external=False) -> None:
        super().check_modification(
            mode, households, values=values, external=external)
        if mode != 'write' or not external:
            return
        fixed = {'branch', 'party', 'code'} & values.keys()
        for household in households:
            if household.erased_on:
                raise HouseholdFixedError(gettext(
                        'aid_household.msg_household_erased',
                        household=household.code))
            for name in sorted(fixed):
                value = getattr(household, name)
                if values[name] != getattr(value, 'id', value):
                    raise HouseholdFixedError(gettext(
                            'aid_household.msg_household_fixed',
                            household=household.code,
                            **cls.__names__(name)))

    @classmethod
    def on_modification(cls, mode, households, field_names=None) -> None:
        super().on_modification(mode, households, field_names=field_names)
        if mode == 'write' and 'branch' in field_names:
            cls._move_parties(households)

    @classmethod
    def _move_parties(cls, households) -> None:
        "The party stays confidential to the branch of its household"
        pool = Pool()
        Party = pool.get('party.party')
        to_write: list = []
        for household in households:
            to_write += [
                [household.party], {'branch': household.branch.id}]
        Party.write(*to_write)

    # Buttons

    @classmethod
    @ModelView.button_action('aid_household.wizard_open_file')
    def open_file(cls, households) -> None:
        "Ask why, then open the full file"

    @classmethod
    @ModelView.button
    def new_card(cls, households) -> None:
        "Give a new card code: the lost card opens nothing any more"
        to_write: list = []
        for household in households:
            to_write += [[household], {'card_code': new_card_code(CARD)}]
        if to_write:
            cls.write(*to_write)

    @classmethod
    @ModelView.button
    def erase_constraints(cls, households) -> None:
        "Forget every product constraint: consent was withdrawn"
        Constraint = Pool().get('aid.household.constraint')
        Constraint.delete(Constraint.search([
                    ('household', 'in', [h.id for h in households]),
                    ]))

    @classmethod
    @ModelView.button
    def erase(cls, households) -> None:
        """Erase the file and keep what figures and documents need.

        Kept: code, branch, party, how many persons of which age band, the
        periods of the entitlements and who opened the file.  Gone: names,
        births, addresses, card, budget, constraints, collectors, referrals,
        attachments and notes.

        :raises EraseHouseholdError: an entitlement is open
        """
        if not households:
            return
        cls._check_no_open_entitlement(households)
        people = {h.id: cls._anonymous_members(h) for h in households}
        cls._delete_lines(households)
        cls._delete_resources(households)
        cls._forget_entitlements(households)
        to_write: list = []
        for household in households:
            values = {
                **dict.fromkeys(cls._personal_fields()),
                'erased_on': household.branch.today(),
                'active': False,
                }
            if people[household.id]:
                values['members'] = [('create', people[household.id])]
            to_write += [[household], values]
        cls.write(*to_write)

    @classmethod
    def _personal_fields(cls) -> list[str]:
        "Fields that are emptied when the file is erased"
        return [
            'card_code', 'till_name', 'street', 'postal_code', 'city',
            'country', 'phone', 'email', 'contact_channel', 'contact_hours',
            'not_served_by', 'left_to_live_basis',
            'certified_amount', 'certified_by', 'certified_on']

    @without_check_access
    def would_rather_not_see(self, first_name: str) -> bool:
        """Whether the household asked not to be served by *first_name*.

        Names are compared however they are spelled; nothing here knows who
        volunteers.
        """
        # Who serves may not read the wish itself
        wish, = self.__class__.browse([self.id])
        return search_key(first_name, None) in {
            search_key(name, None)
            for name in (wish.not_served_by or '').split(',') if name.strip()}

    def reached_by(self) -> str | None:
        """How the household wants to be told of a dangerous product.

        :return: ``email``, ``sms`` or ``phone``; None where it chose none of
            them, or what is needed for it is not known
        """
        needed = {
            'email': self.email, 'sms': self.phone, 'phone': self.phone}
        if self.erased_on or not needed.get(self.contact_channel):
            return None
        return self.contact_channel

    @classmethod
    def _check_no_open_entitlement(cls, households) -> None:
        Entitlement = Pool().get('aid.entitlement')
        for entitlement in Entitlement.search([
                    ('household', 'in', [h.id for h in households]),
                    ('state', 'in', ['proposed', 'granted']),
                    ]):
            today = entitlement.branch.today()
            if (entitlement.state == 'proposed'
                    or entitlement.valid_until >= today):
                raise EraseHouseholdError(gettext(
                        'aid_household.msg_erase_open_entitlement',
                        household=entitlement.household.code,
                        entitlement=entitlement.rec_name))

    @classmethod
    def _anonymous_members(cls, household) -> list[dict]:
        "The members as numbers of persons per age band, as values"
        AgeBand = Pool().get('aid.age.band')
        today = household.branch.today()
        counts = composition.head_count(
            [m.plain() for m in household.members],
            AgeBand.bands_at(today), today)
        return [{
                'age_band': band.key if band else None,
                'count': count,
                } for band, count in counts.items()]

    @classmethod
    def _delete_lines(cls, households) -> None:
        pool = Pool()
        domain = [('household', 'in', [h.id for h in households])]
        for name in [
                'aid.household.constraint',
                'aid.household.collector',
                'aid.household.budget.line',
                'aid.household.member',
                ]:
            Line = pool.get(name)
            Line.delete(Line.search(domain))

    @classmethod
    def _delete_resources(cls, households) -> None:
        "Delete attachments, notes and the like that hang on the file"
        pool = Pool()
        Entitlement = pool.get('aid.entitlement')
        domain = [('household', 'in', [h.id for h in households])]
        targets = [
            *map(str, households), *map(str, Entitlement.search(domain))]
        for _, Model in pool.iterobject():
            if issubclass(Model, ResourceMixin):
                Model.delete(Model.search([('resource', 'in', targets)]))

    @classmethod
    def _forget_entitlements(cls, households) -> None:
        pool = Pool()
        Entitlement = pool.get('aid.entitlement')
        Referral = pool.get('aid.referral')
        domain = [('household', 'in', [h.id for h in households])]
        entitlements = Entitlement.search(domain)
        if entitlements:
            Entitlement.write(entitlements, {
                    'referral': None,
                    'left_to_live': None,
                    'refusal_reason': None,
                    })
        Referral.delete(Referral.search(domain))


class Access(ModelSQL, ModelView):
    "Who opened the file of a household, when and why"
    __name__ = 'aid.household.access'

    _branch_scope = ('household.branch',)

    household = fields.Many2One(
        'aid.household', "Household", required=True, readonly=True,
        ondelete='RESTRICT')
    user = fields.Many2One(
        'res.user', "User", required=True, readonly=True,
        ondelete='RESTRICT')
    opened_at = fields.DateTime("Opened At", required=True, readonly=True)
    reason = fields.Selection(
        REASONS, "Reason", required=True, readonly=True, sort=False)
    reason_string = reason.translated('reason')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order.insert(0, ('opened_at', 'DESC'))
        cls._sql_indexes.update({
                Index(table,
                    (table.household, Index.Equality()),
                    (table.opened_at, Index.Range(order='DESC'))),
                Index(table,
                    (table.user, Index.Equality()),
                    (table.opened_at, Index.Range(order='DESC'))),
                })

    def get_rec_name(self, name: str) -> str:
        return f'{self.household.code} {self.opened_at}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('household.code', *clause[1:])]


class OpenFileAsk(ModelView):
    "Why a file is opened"
    __name__ = 'aid.household.open.ask'

    reason = fields.Selection(
        REASONS, "Reason", required=True, sort=False)

    @staticmethod
    def default_reason() -> str:
        return 'follow_up'


class OpenFile(Wizard):
    "Write down who opens a file and why, then open it"
    __name__ = 'aid.household.open'

    start_state = 'ask'
    ask = StateView(
        'aid.household.open.ask', 'aid_household.open_file_ask_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Open", 'open_', 'tryton-ok', default=True),
            ])
    open_ = StateAction('aid_household.act_household_file')

    def do_open_(self, action) -> tuple[dict, dict]:
        Access = Pool().get('aid.household.access')
        with without_check_access():
            Access.create([{
                        'household': self.record.id,
                        'user': Transaction().user,
                        'opened_at': this_second(),
                        'reason': self.ask.reason,
                        }])
        return action, {'res_id': [self.record.id]}


def _may_read(model_name: str, field_name: str) -> bool:
    """Whether the groups of the current user may read a field.

    Asked by hand because the getters of Function fields run without check.
    """
    FieldAccess = Pool().get('ir.model.field.access')
    access = FieldAccess.get_access([model_name])[model_name]
    return bool(access.get(field_name, {}).get('read', True))
