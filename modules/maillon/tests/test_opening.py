import re
import unittest

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import create_user
from maillon.command import organisation
from maillon.command.imports.advice import ADVICE, advise
from maillon.exceptions import BranchOpeningError
from maillon.opening import of_branch

HOUSEHOLDS = """\
code;first_name;last_name;birth_years;valid_from;valid_until
D1;Amina;Bélanger;1985|2015;2026-01-01;2026-06-30

D2;Paul;Morvan
"""


class OfBranchTestCase(unittest.TestCase):
    "A spreadsheet of one branch"

    def test_of_branch(self):
        for text, expected in [
                ('code,city\nD1,Aubin\n', 'code,city,branch\nD1,Aubin,G\n'),
                ('code;city\nD1\n\n', 'code;city;branch\nD1;;G\n\n'),
                ('branch,code\nX,D1\n', 'branch,code\nG,D1\n'),
                ('', ''),
                ]:
            with self.subTest(text=text):
                self.assertEqual(
                    of_branch(text.encode(), 'G').decode().replace(
                        '\r\n', '\n'),
                    expected)
        self.assertEqual(of_branch(b'\xff\xfe', 'G'), b'\xff\xfe')


class OpeningTestCase(unittest.TestCase):
    "A branch opens by one form"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    @with_transaction()
    def test_advice(self):
        "What the command line says of a file a client says too"
        for name, text in ADVICE.items():
            with self.subTest(name=name), \
                    Transaction().set_context(language='en'):
                values = dict.fromkeys(
                    re.findall(r'%\((\w+)\)s', text), 'x')
                self.assertEqual(
                    gettext(f'maillon.msg_fault_{name}', **values),
                    advise(name, **values))

    @with_transaction()
    def test_open_branch(self):
        pool = Pool()
        Branch = pool.get('aid.branch')
        Household = pool.get('aid.household')
        Rule = pool.get('aid.contribution.rule')
        Start = pool.get('aid.branch.open.start')
        for name, step in organisation.steps(
                organisation.Organisation(name="Maillon")):
            if name in {"currency", "country", "company"}:
                step()
        context = organisation.company_context()
        with Transaction().set_context(context):
            unit, other = Branch.create([{
                        'name': name, 'code': name, 'kind': 'local_unit',
                        'company': context['company'], 'has_stock': False,
                        } for name in ['U1', 'U2']])
            officer = create_user(
                'officer', [unit], ['group_branch_officer'])

            def start(code, parent, households):
                return Start(
                    name="Épicerie", code=code, kind='site', parent=parent,
                    street="1 rue du Pont", postal_code='12110',
                    city="Aubin", service=Start.default_service(),
                    opening_hours='Sa 09:00-12:00', mode='flat_basket',
                    rate=None, amount=1, households=households)

            with Transaction().set_user(officer.id):
                branch = start(
                    'E1', unit, HOUSEHOLDS.encode()).open_branch()
                with self.assertRaises(BranchOpeningError):
                    start('E2', other, None).open_branch()
                for number, (file, said) in enumerate([
                        (b'code;birth_years\nD9;x', "Ligne 2, colonne"),
                        (b'code;birth_years\nD9;x', "« birth_years »"),
                        (b'code;valid_from\nD9;x', "n’est pas une date"),
                        (b'code;name\nD9;x', "cette colonne n’existe pas"),
                        (b'code;city\nD9;\xe9', "UTF-8"),
                        ]):
                    with self.assertRaises(BranchOpeningError) as caught, \
                            Transaction().set_context(language='fr'):
                        start(f'F{number}', unit, file).open_branch()
                    self.assertIn(said, caught.exception.message)

            self.assertTrue(branch.storage)
            self.assertEqual(branch.address.city, "Aubin")
            self.assertEqual(
                branch.services[0].opening_hours, 'Sa 09:00-12:00')
            rule = Rule.for_branch(branch, branch.today())
            self.assertEqual((rule.mode, rule.amount), ('flat_basket', 1))
            households = Household.search([('branch', '=', branch.id)])
            self.assertEqual(
                {h.till_name for h in households}, {"Amina B.", "Paul M."})
