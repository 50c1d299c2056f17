from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.tests.test_tryton import ModuleTestCase


class AidDonationTestCase(
        PartyCheckReplaceMixin, PartyCompanyCheckEraseMixin,
        CompanyTestMixin, ModuleTestCase):
    "Test the room of donations"
    module = 'aid_donation'


del ModuleTestCase
