from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class AidBalanceTestCase(CompanyTestMixin, ModuleTestCase):
    "Test aid_balance module"
    module = 'aid_balance'


del ModuleTestCase
