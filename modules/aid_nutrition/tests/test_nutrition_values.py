import datetime as dt
from decimal import Decimal

from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction

from aid_nutrition.tests.test_product import (
    create_composition, create_product, data)

TODAY = dt.date(2026, 11, 23)


def values_of(*products, date=TODAY):
    Product = Pool().get('product.product')
    found = Product.nutrition_values(list(products), date)
    return [found[product.id] for product in products]


class NutritionValuesTestCase(ModuleTestCase):
    "Test what products hold"
    module = 'aid_nutrition'

    @with_transaction()
    def test_average_of_family(self):
        "The nearest average that there is, and none for what is not eaten"
        bread = create_product("Bread", 'bread')
        beans = create_product("Beans", 'pulses')
        tuna = create_product(
            "Tuna", 'canned',
            food_group=data('aid_nutrition.food_group_mfe').id)
        cheese = create_product(
            "Cheese", 'meat_fish_eggs',
            food_group=data('aid_nutrition.food_group_da').id)
        water = create_product("Water", 'drinks')
        soap = create_product("Soap", 'hygiene')
        mystery = create_product("Mystery")
        *found, nothing, nor, neither = values_of(
            bread, beans, tuna, cheese, water, soap, mystery)
        expected = [
            data(f'aid_nutrition.average_{name}')
            for name in ('bread', 'pu', 'canned_mfe', 'da')]
        self.assertEqual(
            [values.energy_kj for values in found],
            [average.energy_kj for average in expected])
        for values in found:
            self.assertEqual(set(values.origin.values()), {'estimated'})
        self.assertFalse(nothing or nor or neither)

    @with_transaction()
    def test_label_before_average(self):
        lentils = create_product("Lentils", 'pulses')
        create_composition(lentils, fibre=None, salt=Decimal('0.5'))
        values, = values_of(lentils)
        average = data('aid_nutrition.average_pu')
        self.assertEqual(values.salt_g, 0.5)
        self.assertEqual(values.energy_kj, 380)
        self.assertEqual(values.fibre_g, average.fibre)
        self.assertEqual(values.origin['salt_g'], 'label')
        self.assertEqual(values.origin['fibre_g'], 'estimated')

    @with_transaction()
    def test_average_of_the_day(self):
        Average = Pool().get('aid.nutrition.average')
        bread = create_product("Bread", 'bread')
        Average.create([{
                    'family': data('aid_lot.family_bread').id,
                    'valid_from': TODAY, 'energy_kj': 1000}])
        before, = values_of(bread, date=TODAY - dt.timedelta(days=1))
        after, = values_of(bread)
        self.assertNotEqual(before.energy_kj, 1000)
        self.assertEqual(after.energy_kj, 1000)
        self.assertIsNone(after.fat_g)


del ModuleTestCase
