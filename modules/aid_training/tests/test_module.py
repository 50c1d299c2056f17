from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin)
from trytond.tests.test_tryton import ModuleTestCase


class AidTrainingTestCase(
        CompanyTestMixin, PartyCompanyCheckEraseMixin, ModuleTestCase):
    "What Tryton checks of every module"
    module = 'aid_training'


del ModuleTestCase
