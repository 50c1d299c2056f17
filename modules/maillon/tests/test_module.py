from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class MaillonTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'maillon'


del ModuleTestCase
