from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class AidLotTestCase(CompanyTestMixin, ModuleTestCase):
    "Everything Tryton checks of a module"
    module = 'aid_lot'


del ModuleTestCase
