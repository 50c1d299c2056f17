"""The network: its branches, what they offer and where their goods lie."""
from __future__ import annotations

import datetime as dt
from zoneinfo import available_timezones

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields,
    sequence_ordered, tree)
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.tools import timezone as tz
from trytond.transaction import Transaction, without_check_access

from . import below
from .exceptions import BranchValidationError
from .lent import LentMixin
from .slices import slices

KINDS = [
    ('national', "National"),
    ('region', "Region"),
    ('delegation', "Delegation"),
    ('local_unit', "Local Unit"),
    ('site', "Site"),
    ]


class Branch(LentMixin, DeactivableMixin, tree(), ModelSQL, ModelView):
    """A branch of the association: a scope, an address and a warehouse.

    The association is one company; a branch says who may see a document and
    where goods lie.  Whoever belongs to a branch sees it and all below it.
    """
    __name__ = 'aid.branch'

    # Branches are published: everybody reads them, whoever is above edits
    _branch_scope = ('id',)
    _branch_scope_modes = frozenset({'write', 'create', 'delete'})

    name = fields.Char("Name", required=True)
    code = fields.Char(
        "Code", required=True,
        help="Short and stable: it stands in numbers and files.")
    kind = fields.Selection(KINDS, "Kind", required=True, sort=False)
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')
    parent = fields.Many2One(
        'aid.branch', "Above", path='path', ondelete='RESTRICT',
        domain=[('company', '=', Eval('company', -1))])
    path = fields.Char("Path")
    childs = fields.One2Many('aid.branch', 'parent', "Below")
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        context={'company': Eval('company', -1)}, depends=['company'],
        help="Holds the address, the phone and the e-mail of the branch.")
    address = fields.Function(
        fields.Many2One('party.address', "Address"), 'get_address')
    has_stock = fields.Boolean(
        "Keeps Goods",
        help="A place to store goods is made for the branch.")
    warehouse = fields.Many2One(
        'stock.location', "Warehouse", readonly=True, ondelete='RESTRICT',
        domain=[('type', '=', 'warehouse')],
        states={'invisible': ~Eval('has_stock')})
    storage = fields.Many2One(
        'stock.location', "Storage", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('has_stock')},
        help="Where the goods that may be handed over lie.")
    quarantine = fields.Many2One(
        'stock.location', "Quarantine", readonly=True, ondelete='RESTRICT',
        states={'invisible': ~Eval('has_stock')},
        help="Where goods wait that nobody may hand over.")
    timezone = fields.Selection(
        'get_timezones', "Time Zone", translate=False,
        help="A date on a pack is valid through the end of that day here.\n"
        "Empty: the time zone of the company.")
    latitude = fields.Float(
        "Latitude", digits=(None, 6),
        domain=['OR', ('latitude', '=', None), [
                ('latitude', '>=', -90), ('latitude', '<=', 90)]],
        help="In degrees, north of the equator.")
    longitude = fields.Float(
        "Longitude", digits=(None, 6),
        domain=['OR', ('longitude', '=', None), [
                ('longitude', '>=', -180), ('longitude', '<=', 180)]],
        help="In degrees, east of Greenwich.")
    services = fields.One2Many(
        'aid.branch.service', 'branch', "Services")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'aid_branch.msg_branch_code_unique'),
            ('warehouse_unique', Unique(table, table.warehouse),
                'aid_branch.msg_branch_warehouse_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.path, Index.Similarity(begin=True))),
                Index(table, (table.parent, Index.Equality())),
                Index(table, (table.storage, Index.Equality())),
                })
        cls._order.insert(0, ('code', 'ASC'))

    @staticmethod
    def default_company() -> int | None:
        return Transaction().context.get('company')

    @staticmethod
    def default_kind() -> str:
        return 'local_unit'

    @staticmethod
    def default_has_stock() -> bool:
        return True

    @fields.depends('kind')
    def on_change_kind(self) -> None:
        self.has_stock = self.kind in {'local_unit', 'site'}

    @staticmethod
    def get_timezones() -> list[tuple[str | None, str]]:
        return [(None, '')] + [(z, z) for z in sorted(available_timezones())]

    def get_rec_name(self, name: str) -> str:
        return self.name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('name', *clause[1:]),
            ('code', *clause[1:]),
            ]

    @classmethod
    def get_address(cls, branches, name: str) -> dict[int, int | None]:
        addresses: dict[int, int | None] = {}
        for branch in branches:
            found = branch.party.addresses
            addresses[branch.id] = found[0].id if found else None
        return addresses

    @property
    def lineage(self) -> list[int]:
        "Ids from the root of the network down to this branch"
        return [int(id_) for id_ in (self.path or '').split('/') if id_]

    @property
    def zone(self) -> tz.ZoneInfo:
        "The time zone of the clock on its wall"
        name = self.timezone or self.company.timezone
        return tz.ZoneInfo(name) if name else tz.SERVER

    @property
    def place(self) -> tuple[float, float] | None:
        "Where it is, for :func:`aid_branch.distance.distance_km`"
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def today(self) -> dt.date:
        "The date where the branch is"
        return Pool().get('ir.date').today(timezone=self.zone)

    @classmethod
    def _before_create(cls, vlist: list[dict]) -> list[dict]:
        """Give each branch its party, in bulk.

        The hook for one record at a time would make them one by one.
        """
        vlist = super()._before_create(vlist)
        without = [v for v in vlist if not v.get('party')]
        with without_check_access():
            for some in slices(without):
                cls._make_parties(some)
        return vlist

    @staticmethod
    def _make_parties(vlist: list[dict]) -> None:
        Party = Pool().get('party.party')
        parties = Party.create([
                {'name': values.get('name'), 'addresses': None}
                for values in vlist])
        for values, party in zip(vlist, parties):
            values['party'] = party.id

    @classmethod
    def on_modification(cls, mode, branches, field_names=None) -> None:
        super().on_modification(mode, branches, field_names=field_names)
        if mode != 'write' or 'parent' in field_names:
            below.forget()
        if mode == 'delete':
            return
        if mode == 'create' or 'has_stock' in field_names:
            homeless = [
                b for b in branches if b.has_stock and not b.warehouse]
            for some in slices(homeless):
                cls._make_warehouses(some)
        if mode == 'write' and 'name' in field_names:
            cls._rename_parties(branches)

    @classmethod
    def _rename_parties(cls, branches) -> None:
        Party = Pool().get('party.party')
        for branch in branches:
            branch.party.name = branch.name
        Party.save([b.party for b in branches])

    @classmethod
    def _make_warehouses(cls, branches) -> None:
        """Give *branches* a place for their goods.

        One location is input, storage and output at once: a small branch has
        one room.  The place is made as a view and then turned into a
        warehouse, because hanging a location below an existing warehouse
        makes Tryton check every warehouse there is.
        """
        pool = Pool()
        Location = pool.get('stock.location')
        ModelData = pool.get('ir.model.data')
        quarantine = gettext('aid_branch.msg_location_quarantine')
        storage = gettext('aid_branch.msg_location_storage')
        warehouses = Location.create([{
                    'name': branch.name,
                    'code': branch.code,
                    'type': 'view',
                    'branch': branch.id,
                    'childs': [('create', [{
                                    'name': f'{storage} {branch.name}',
                                    'type': 'storage',
                                    'branch': branch.id,
                                    }, {
                                    'name': f'{quarantine} {branch.name}',
                                    'type': 'storage',
                                    'branch': branch.id,
                                    }])],
                    } for branch in branches])
        lost_found = ModelData.get_id('stock', 'location_lost_found')
        to_write: list = []
        for branch, warehouse in zip(branches, warehouses):
            branch.storage, branch.quarantine = sorted(
                warehouse.childs, key=lambda l: l.id)
            branch.warehouse = warehouse
            to_write += [[warehouse], {
                    'type': 'warehouse',
                    'input_location': branch.storage.id,
                    'output_location': branch.storage.id,
                    'storage_location': branch.storage.id,
                    # Without it no count can be confirmed
                    'lost_found_location': lost_found,
                    }]
        Location.write(*to_write)
        cls.save(branches)

    @classmethod
    def check_modification(
            cls, mode, branches, values=None, external=False) -> None:
        super().check_modification(
            mode, branches, values=values, external=external)
        if mode == 'write' and external and values.get('has_stock') is False:
            for branch in branches:
                if branch.warehouse:
                    raise BranchValidationError(gettext(
                            'aid_branch.msg_branch_has_warehouse',
                            branch=branch.rec_name))

    @classmethod
    def copy(cls, branches, default=None):
        default = default.copy() if default is not None else {}
        for name in ['party', 'warehouse', 'storage', 'quarantine']:
            default.setdefault(name)
        default.setdefault('childs')
        default.setdefault('code', lambda data: f"{data['code']}-copy")
        return super().copy(branches, default=default)


class Service(DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    "A kind of help that a branch may offer"
    __name__ = 'aid.service'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_branch.msg_service_code_unique'))


class BranchService(DeactivableMixin, ModelSQL, ModelView):
    "A service that a branch offers, and when"
    __name__ = 'aid.branch.service'

    branch = fields.Many2One(
        'aid.branch', "Branch", required=True, ondelete='CASCADE')
    service = fields.Many2One(
        'aid.service', "Service", required=True, ondelete='RESTRICT')
    opening_hours = fields.Char(
        "Opening Hours",
        help="As in OpenStreetMap, for example: Tu,Th 14:00-17:00")

    _branch_scope = ('branch',)
    _branch_scope_modes = frozenset({'write', 'create', 'delete'})

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.branch, Index.Equality())))

    def get_rec_name(self, name: str) -> str:
        return f'{self.service.rec_name} @ {self.branch.rec_name}'

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('service.rec_name', *clause[1:])]
