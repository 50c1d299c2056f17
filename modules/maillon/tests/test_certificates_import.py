"""Certificates from a file: all of them, or a word on every wrong row."""
import pathlib
import tempfile
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction

from aid_branch.tests.network import as_user, create_network, create_user
from aid_volunteer.tests.people import create_volunteer
from maillon.command import imports
from maillon.exceptions import CertificatesImportError

FILE = """\
volunteer,email,course,obtained_on,valid_until,reference
{sam},,pse2,2026-05-12,,75-2026-118
,ALIX@example.org,sst,2026-05-13,2027-01-31,
"""
WRONG = """\
volunteer,email,course,obtained_on,valid_until
B999999,,pse2,2026-05-12,
{sam},,origami,2026-05-12,
{sam},,pse2,2026-05-12,2026-01-01
{sam},,sst,2026-05-12,
{sam},,sst,2026-05-12,
,,sst,2026-05-12,
{sam},,sst,yesterday,
"""


class CertificatesImportTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def import_(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'c.csv')
            path.write_text(text, encoding='utf-8')
            return imports.import_file('certificates', path)

    @with_transaction()
    def test_import_and_again(self):
        Certificate = Pool().get('aid.certificate')
        branch = create_network()['grocery']
        sam = create_volunteer(branch)
        create_volunteer(branch, "Alix", email="alix@example.org")
        text = FILE.format(sam=sam.code)
        for result, file in [
                ((2, 0, 0), text), ((0, 0, 2), text),
                ((0, 1, 1), text.replace('118', '119'))]:
            outcome = self.import_(file)
            self.assertFalse(outcome.faults)
            self.assertEqual((
                    outcome.created, outcome.updated, outcome.unchanged),
                result)
        self.assertEqual(
            sorted((c.course.code, str(c.valid_until), c.source, c.reference)
                for c in Certificate.search([])),
            [('pse2', '2027-12-31', 'import', '75-2026-119'),
                ('sst', '2027-01-31', 'import', None)])

    @with_transaction()
    def test_wrong_rows(self):
        pool = Pool()
        Certificate = pool.get('aid.certificate')
        Wizard = pool.get('aid.certificate.import', type='wizard')
        network = create_network()
        sam = create_volunteer(network['grocery'])
        outcome = self.import_(WRONG.format(sam=sam.code))
        # What cannot be read is said before what is not known
        self.assertEqual(
            [(f.line, f.column) for f in outcome.faults],
            [(4, 'valid_until'), (7, 'volunteer'), (8, 'obtained_on')])
        rows = WRONG.format(sam=sam.code).splitlines()
        outcome = self.import_('\n'.join([*rows[:3], *rows[4:6]]))
        self.assertEqual(
            [(f.line, f.column) for f in outcome.faults],
            [(2, 'volunteer'), (3, 'course'), (5, 'course')])
        self.assertFalse(Certificate.search([]))
        # In the client: an officer knows nobody of another branch
        officer = create_user(
            'officer', [network['other']], ['group_branch_officer'])
        id_, _, _ = Wizard.create()
        with as_user(officer, language='fr'), \
                self.assertRaises(CertificatesImportError) as raised:
            Wizard.execute(id_, {'start': {
                        'name': 'c.csv',
                        'file': rows[0].encode() + b'\n' + rows[4].encode(),
                        }}, 'import_')
        self.assertIn("bénévole", raised.exception.message)
        self.assertFalse(Certificate.search([]))
