from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.tests.test_tryton import ModuleTestCase


class AidHouseholdTestCase(
        CompanyTestMixin, PartyCompanyCheckEraseMixin, PartyCheckReplaceMixin,
        ModuleTestCase):
    "What Tryton checks of every module"
    module = 'aid_household'


del ModuleTestCase
