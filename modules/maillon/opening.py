"""A branch opens by itself: one form, ten minutes."""
from __future__ import annotations

import csv
import tempfile
from io import StringIO
from pathlib import Path

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction
from trytond.wizard import Button, StateAction, StateView, Wizard

from .command import imports
from .command.imports.table import FileError
from .exceptions import BranchOpeningError
from .fault_words import said, translated


class OpenBranch(Wizard):
    "Open a branch"
    __name__ = 'aid.branch.open'

    start = StateView(
        'aid.branch.open.start', 'maillon.open_branch_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Open the Branch", 'open_', 'tryton-ok', default=True),
            ])
    open_ = StateAction('aid_branch.act_branch_list')

    def do_open_(self, action):
        branch = self.start.open_branch()
        return action, {'res_id': [branch.id]}


class OpenBranchStart(ModelView):
    "What a branch needs to begin; the rest is the network's"
    __name__ = 'aid.branch.open.start'

    name = fields.Char("Name", required=True)
    code = fields.Char(
        "Code", required=True,
        help="Short and stable: it stands in numbers and files.")
    kind = fields.Selection('get_kinds', "Kind", required=True, sort=False)
    parent = fields.Many2One('aid.branch', "Above", required=True)
    street = fields.Char("Street")
    postal_code = fields.Char("Postal Code")
    city = fields.Char("City", required=True)
    service = fields.Many2One('aid.service', "Service")
    opening_hours = fields.Char(
        "Opening Days",
        states={'invisible': ~Eval('service')},
        help="As in OpenStreetMap, for example: Tu,Th 14:00-17:00")
    mode = fields.Selection(
        'get_modes', "Contribution", sort=False,
        help="Empty: as the network, or the branch above.")
    rate = fields.Numeric(
        "Rate", digits=(None, 4),
        domain=['OR', ('rate', '=', None), [
                ('rate', '>=', 0), ('rate', '<=', 1)]],
        states={
            'required': Eval('mode').in_(['per_kg', 'rate']),
            'invisible': ~Eval('mode').in_(['per_kg', 'rate']),
            })
    amount = fields.Numeric(
        "Amount", digits=(None, 2),
        domain=['OR', ('amount', '=', None), ('amount', '>=', 0)],
        states={
            'required': Eval('mode').in_(['flat_basket', 'flat_person']),
            'invisible': ~Eval('mode').in_(['flat_basket', 'flat_person']),
            })
    households = fields.Binary(
        "Households (CSV)",
        help="A spreadsheet saved as CSV with a column \"code\"; also "
        "first_name, last_name, birth_years (1985|2012), street, "
        "postal_code, city, phone, valid_from, valid_until...")

    @staticmethod
    def get_kinds() -> list[tuple[str, str]]:
        return Pool().get('aid.branch').fields_get(
            ['kind'])['kind']['selection']

    @staticmethod
    def get_modes() -> list[tuple[str | None, str]]:
        Rule = Pool().get('aid.contribution.rule')
        return [(None, ''), *Rule.fields_get(['mode'])['mode']['selection']]

    @staticmethod
    def default_kind() -> str:
        return 'site'

    @staticmethod
    def default_parent() -> int | None:
        return Transaction().context.get('branch')

    @staticmethod
    def default_service() -> int | None:
        Service = Pool().get('aid.service')
        services = Service.search([('code', '=', 'social_grocery')], limit=1)
        return services[0].id if services else None

    def open_branch(self):
        """Make the branch with its place for goods, and all that was said.

        :return: the ``aid.branch``
        :raises BranchOpeningError: the branch above is not the user's, or
            something in the file of households is wrong; nothing is changed
        """
        Branch = Pool().get('aid.branch')
        self._check_parent()
        branch, = Branch.create([{
                    'name': self.name,
                    'code': self.code,
                    'kind': self.kind,
                    'parent': self.parent.id,
                    'company': self.parent.company.id,
                    'has_stock': True,
                    'services': [('create', [{
                                    'service': self.service.id,
                                    'opening_hours': self.opening_hours,
                                    }])] if self.service else [],
                    }])
        self._make_address(branch)
        self._make_contribution(branch)
        self._import_households(branch)
        return branch

    def _check_parent(self) -> None:
        "Wizards run without record rules: nobody opens a branch elsewhere"
        User = Pool().get('res.user')
        if not User.has_branch(self.parent):
            raise BranchOpeningError(gettext(
                    'maillon.msg_open_elsewhere',
                    branch=self.parent.rec_name))

    def _make_address(self, branch) -> None:
        pool = Pool()
        Address = pool.get('party.address')
        Country = pool.get('country.country')
        countries = Country.search([('code', '=', 'FR')], limit=1)
        Address.create([{
                    'party': branch.party.id,
                    'street_unstructured': self.street,
                    'postal_code': self.postal_code,
                    'city': self.city,
                    'country': countries[0].id if countries else None,
                    }])

    def _make_contribution(self, branch) -> None:
        Rule = Pool().get('aid.contribution.rule')
        if self.mode:
            Rule.create([{
                        'branch': branch.id,
                        'mode': self.mode,
                        'rate': self.rate,
                        'amount': self.amount,
                        'valid_from': branch.today(),
                        'source': gettext('maillon.msg_open_source'),
                        }])

    def _import_households(self, branch) -> None:
        if not self.households:
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, 'households.csv')
            path.write_bytes(of_branch(bytes(self.households), branch.code))
            try:
                outcome = imports.import_file('households', path)
            except FileError as error:
                raise BranchOpeningError(gettext(
                        'maillon.msg_open_file',
                        error=translated(error.advice))) from error
        if outcome.faults:
            raise BranchOpeningError(gettext(
                    'maillon.msg_open_households',
                    faults='\n'.join(said(outcome.faults))))


def of_branch(content: bytes, code: str) -> bytes:
    """A file of households, with the branch on each row.

    Whoever fills a spreadsheet for one branch does not write its code on
    each line; and no row may slip into another branch. What is no text is
    left as it is, for the import to say so.

    :param content: CSV with a header; comma, semicolon or tab
    """
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError:
        return content
    header = text.split('\n', 1)[0]
    delimiter = max(',;\t', key=header.count)
    rows = list(csv.reader(StringIO(text), delimiter=delimiter))
    if not rows:
        return content
    names = [name.strip() for name in rows[0]]
    place = names.index('branch') if 'branch' in names else len(names)
    result = StringIO()
    writer = csv.writer(result, delimiter=delimiter)
    for number, row in enumerate(rows):
        if any(cell.strip() for cell in row):
            row += [''] * (place - len(row))
            row[place:place + 1] = ['branch' if not number else code]
        writer.writerow(row)
    return result.getvalue().encode()
