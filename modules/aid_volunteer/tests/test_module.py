from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin)
from trytond.tests.test_tryton import ModuleTestCase


class AidVolunteerTestCase(
        CompanyTestMixin, PartyCompanyCheckEraseMixin, ModuleTestCase):
    "What Tryton checks of every module"
    module = 'aid_volunteer'


del ModuleTestCase
