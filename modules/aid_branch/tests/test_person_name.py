import unittest

from aid_branch.person_name import search_key


class PersonNameTestCase(unittest.TestCase):
    "Names without their spelling"

    def test_search_key_knows_no_spelling(self):
        self.assertEqual(
            search_key("Élodie", "Le-Goff"), search_key("le goff", "ELODIE"))
        self.assertNotEqual(
            search_key("Elodie", "Goff"), search_key("Elodie", "Le Goff"))
