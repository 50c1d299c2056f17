from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class AidBasketTestCase(CompanyTestMixin, ModuleTestCase):
    "Test aid_basket module"
    module = 'aid_basket'


del ModuleTestCase
