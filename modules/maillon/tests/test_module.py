from lxml import etree

from trytond.modules.company.tests import CompanyTestMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction

# What the web client has no column for: say widget="date" or "time"
NO_COLUMN = {'datetime', 'timestamp'}


class MaillonTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'maillon'

    @with_transaction()
    def test_columns(self):
        "The web client can draw every column of our lists"
        pool = Pool()
        View = pool.get('ir.ui.view')
        views = [
            v for v in View.search([('type', '=', 'tree')])
            if v.module == 'maillon' or v.module.startswith('aid_')]
        self.assertTrue(views)
        for view in views:
            model = pool.get(view.model)
            for column in etree.fromstring(view.arch).iter('field'):
                field = model._fields[column.get('name')]
                with self.subTest(view=view.name, field=field.name):
                    self.assertNotIn(
                        column.get('widget', field._type), NO_COLUMN)


del ModuleTestCase
