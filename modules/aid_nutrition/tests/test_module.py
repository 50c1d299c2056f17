from trytond.tests.test_tryton import ModuleTestCase


class AidNutritionTestCase(ModuleTestCase):
    "Test the module aid_nutrition"
    module = 'aid_nutrition'


del ModuleTestCase
