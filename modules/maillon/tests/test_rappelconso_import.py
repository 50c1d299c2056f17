"""Importing notices of recall: invented ones, and all the real ones there."""
import csv
import datetime as dt
import io
import json
import pathlib
import tempfile
import unittest

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction

from maillon.command import imports
from maillon.command.imports import rappelconso, rappelconso_record
from maillon.command.imports.table import FileError
from maillon.exceptions import NoticesImportError

#: Real notices, where somebody has put them beside the project
REAL = (
    pathlib.Path(__file__).parents[4] / 'shared' / 'data' / 'rappelconso')

NOTICE = {
    'numero_fiche': '2026-03-0141',
    'numero_version': 1,
    'rappel_guid': 'a7b8e84d',
    'categorie_produit': 'alimentation',
    'sous_categorie_produit': 'viandes',
    'marque_produit': 'ferme du bois',
    'libelle': 'boudin noir',
    'modeles_ou_references': 'boudin noir¤¤boudin par 2',
    'identification_produits':
        '3760289220694$l091k$date limite de consommation$2026-04-19$',
    'date_debut_commercialisation': '2026-03-11',
    'date_date_fin_commercialisation': '2026-03-19',
    'conduites_a_tenir_par_le_consommateur': 'ne plus consommer|détruire',
    'date_publication': '2026-03-24T07:50:43+00:00',
    }


class RappelConsoRecordTestCase(unittest.TestCase):
    "Test what one record tells"

    def told(self, **values):
        return rappelconso_record.cells({**NOTICE, **values})

    def test_second_data_set(self):
        values = rappelconso_record.notice(self.told())
        for name, value in {
                'title': 'Boudin noir', 'brand': 'Ferme Du Bois',
                'models': 'boudin noir\nboudin par 2',
                'category': 'Alimentation – viandes',
                'advice': 'ne plus consommer\ndétruire',
                'published': dt.date(2026, 3, 24),
                'sold_from': dt.date(2026, 3, 11),
                'sold_to': dt.date(2026, 3, 19),
                'risk': None}.items():
            self.assertEqual(values[name], value, name)

    def test_spelled_otherwise(self):
        "Fields had other names, dates were prose, numbers were numbers"
        told = rappelconso_record.cells({
                'reference_fiche': 'sr/01361/26', 'ndeg_de_version': '0',
                'noms_des_modeles_ou_references': "ROCHER\r\nLe petit",
                'date_debut_fin_de_commercialisation':
                    "Du 20/01/2022 au 28/02/2022",
                'date_ref': '2022-03', 'date_fin_commercialisation': 'NA'})
        values = rappelconso_record.notice(told)
        self.assertEqual(
            (told['reference'], values['title'], values['sold_from'],
                values['sold_to'], values['published']),
            ('sr/01361/26', 'ROCHER', dt.date(2022, 1, 20),
                dt.date(2022, 2, 28), dt.date(2022, 3, 1)))

    def test_items(self):
        item, = rappelconso_record.items(self.told())
        self.assertEqual(
            (item['gtin'], item['lot'], item['date_kind'],
                item['date_from'], item['date_to']),
            ('3760289220694', 'l091k', 'use_by', dt.date(2026, 4, 19), None))
        # A row for each barcode says it once more
        self.assertEqual(
            len(rappelconso_record.items(self.told(gtin=3760289220694))), 1)
        self.assertEqual(
            [i['gtin'] for i in rappelconso_record.items(
                    self.told(gtin='3760289220748'))],
            ['3760289220694', '3760289220748'])

    def test_a_lot_among_the_further_information(self):
        item, = rappelconso_record.items(self.told(
                identification_produits='0203696000000$$non concerné$$',
                informations_complementaires="lot n° s02e03a"))
        self.assertEqual(
            (item['gtin'], item['lot']), ('0203696000000', 'lot n° s02e03a'))
        self.assertEqual(rappelconso_record.items(self.told(
                    identification_produits=None)), [])


class RappelConsoImportTestCase(unittest.TestCase):
    "Test importing notices"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('maillon', lang='fr')

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def import_(self, *records, name='notices.json', text=None):
        path = self.folder / name
        path.write_text(text or json.dumps(records), encoding='utf-8')
        return imports.import_file('rappelconso', path)

    def assertOutcome(self, outcome, *numbers, left_out=()):
        self.assertEqual(
            (outcome.created, outcome.updated, outcome.unchanged), numbers)
        self.assertEqual(
            [(f.line, f.column) for f in outcome.left_out], list(left_out))
        self.assertFalse(outcome.faults)

    @with_transaction()
    def test_versions(self):
        "Version 3 after 1, then 2, then 3 again; what is typed becomes it"
        Notice = Pool().get('aid.recall.notice')
        typed, = Notice.create([{
                    'title': "Boudin", 'reference': '2026-03-0141',
                    'items': [('create', [{'lot': "091K"}])],
                    }])
        second = {**NOTICE, 'numero_version': 2, 'libelle': "boudin blanc"}
        third = {
            **NOTICE, 'numero_version': 3,
            'identification_produits': [
                '3760289220694', 'tous les lots', 'ddm', '',
                '|3760289220748', 'tous les lots', 'ddm', '']}
        self.assertOutcome(self.import_(NOTICE), 0, 1, 0)
        self.assertEqual(
            (typed.source, typed.version, typed.title, len(typed.items)),
            ('rappelconso', 1, "Boudin noir", 1))
        Notice.write([typed], {'dismissal_reason': "Never had any"})
        Notice.dismiss([typed])
        self.assertOutcome(self.import_(NOTICE), 0, 0, 1)
        self.assertEqual(typed.state, 'dismissed')
        self.assertOutcome(self.import_(third, NOTICE), 0, 1, 0)
        self.assertEqual(
            (typed.version, [i.gtin for i in typed.items], typed.state),
            (3, ['3760289220694', '3760289220748'], 'no_match'))
        self.assertOutcome(self.import_(second), 0, 0, 1)
        self.assertOutcome(self.import_(third), 0, 0, 1)
        self.assertEqual(Notice.search([], count=True), 1)
        self.assertEqual(typed.title, "Boudin noir")

    @with_transaction()
    def test_tables_and_replies(self):
        "CSV with a row for each barcode, the API, one document a line"
        Notice = Pool().get('aid.recall.notice')
        text = io.StringIO()
        writer = csv.DictWriter(text, [*NOTICE, 'gtin'], delimiter=';')
        writer.writeheader()
        for gtin in ['3760289220694', '3760289220748']:
            writer.writerow({**NOTICE, 'gtin': gtin})
        self.assertOutcome(
            self.import_(name='n.csv', text=text.getvalue()), 1, 0, 0)
        notice, = Notice.search([])
        self.assertEqual(
            [item.gtin for item in notice.items],
            ['3760289220694', '3760289220748'])
        for text in [
                json.dumps({'results': [NOTICE]}),
                json.dumps({'records': [{'record': {'fields': NOTICE}}]}),
                json.dumps({**NOTICE, 'numero_fiche': 'a'})
                + '\n' + json.dumps(NOTICE)]:
            outcome = self.import_(text=text)
            self.assertEqual(outcome.left_out, [])
        self.assertEqual(Notice.search([], count=True), 2)

    @with_transaction()
    def test_bad_rows(self):
        "Row 4,711 is named with what to do; the others come in"
        Notice = Pool().get('aid.recall.notice')
        records = [
            {**NOTICE, 'numero_fiche': '' if n == 1 else str(n)}
            for n in range(5)]
        records[2]['numero_version'] = 'boudin'
        records[3] = "boudin"
        records[4]['date_publication'] = '2026-13-45'
        self.assertOutcome(
            self.import_(*records), 1, 0, 0, left_out=[
                (3, 'numero_fiche'), (4, 'numero_version'),
                (5, 'numero_fiche'), (6, 'date_publication')])
        self.assertEqual(Notice.search([], count=True), 1)
        rows = ['numero_fiche,numero_version,libelle']
        rows += [f'{n},1,boudin' for n in range(2, 4712)]
        rows[4710] = '4711,un,boudin'
        wanted, (fault,) = rappelconso.read(self.write('\n'.join(rows)))
        self.assertEqual(
            (len(wanted), fault.line, fault.column, fault.value),
            (4709, 4711, 'numero_version', 'un'))
        self.assertIn("write for example 3", fault.advice)

    def write(self, text):
        path = self.folder / 'n.csv'
        path.write_text(text, encoding='utf-8')
        return path

    @with_transaction()
    def test_what_is_no_export(self):
        outcome = self.import_(name='n.csv', text='code,name\n1,a\n')
        self.assertEqual(
            [f.column for f in outcome.faults],
            ['numero_fiche', 'numero_version'])
        for text in ['', '{"a": ', 'boudin']:
            with self.assertRaises(FileError):
                self.import_(text=text or ' ', name='n.json')

    @with_transaction()
    def test_in_the_client(self):
        pool = Pool()
        Notice = pool.get('aid.recall.notice')
        Wizard = pool.get('aid.recall.notice.import', type='wizard')
        id_, _, _ = Wizard.create()
        file = {
            'name': 'n.json',
            'file': json.dumps([NOTICE, {'libelle': "x"}]).encode()}
        with Transaction().set_context(language='fr'):
            shown = Wizard.execute(id_, {'start': file}, 'import_')['view'][
                'defaults']
        self.assertIn("1 nouveaux", shown['words'])
        self.assertIn("numero_fiche", shown['left_out'])
        self.assertEqual(Notice.search([], count=True), 1)
        for content in [b'code\n1\n', b'\xff\xfe']:
            with self.assertRaises(NoticesImportError):
                Wizard.execute(
                    id_, {'start': {'name': 'n.csv', 'file': content}},
                    'import_')

    @unittest.skipUnless(REAL.exists(), "no real notices here")
    @with_transaction()
    def test_all_real_notices(self):
        "All come in, a second time nothing changes, all are compared"
        Notice = Pool().get('aid.recall.notice')
        for name in ['v1_records.json', 'v2_records.json']:
            path = REAL / name
            wanted = {
                r.get('numero_fiche') or r['reference_fiche']
                for r in json.loads(path.read_text('utf-8'))}
            self.assertOutcome(
                imports.import_file('rappelconso', path), len(wanted), 0, 0)
            self.assertOutcome(
                imports.import_file('rappelconso', path), 0, 0, len(wanted))
        notices = Notice.search([])
        self.assertEqual(len(notices), 31)
        self.assertEqual({n.state for n in notices}, {'no_match'})
        for notice in notices:
            self.assertTrue(notice.title and notice.published, notice)
            self.assertTrue(notice.items, notice.title)
            for item in notice.items:
                self.assertTrue(
                    item.gtin or item.lot or item.date_from, item.text)
        # The oldest export has no numbers: it says so, and nothing comes in
        outcome = imports.import_file(
            'rappelconso', REAL / 'v1_7columns_alimentation.csv')
        self.assertEqual(len(outcome.faults), 2)
