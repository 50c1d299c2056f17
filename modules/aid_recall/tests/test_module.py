from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class AidRecallTestCase(CompanyTestMixin, ModuleTestCase):
    "Test aid_recall module"
    module = 'aid_recall'


del ModuleTestCase
