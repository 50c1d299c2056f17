"""Invented people and donors, and who signs in to the demo."""
from ..organisation import User

__all__ = [
    'PASSWORD', 'USERS', 'DONORS', 'FIRST_NAMES', 'LAST_NAMES', 'STREETS',
    'TOWNS', 'town']

#: Of every login of the demo, the administrator's included
PASSWORD = 'maillon-demo'

USERS = (
    User('caisse', "Camille Roussel", 'role_till', branches=('E1',)),
    User('entrepot', "Karim Benali", 'role_warehouse',
        branches=('W1', 'E1')),
    User('social', "Nadège Lemoine", 'role_social_worker',
        branches=('E1',)),
    User('responsable', "Hélène Marchand", 'role_branch_officer',
        branches=('E1', 'U1')),
    User('siege', "Paul Vasseur", 'role_head_office', branches=('MAI',)),
    User('compta', "Sofia Da Silva", 'role_accountant', branches=('MAI',)),
    )

#: Name, city, supply source of what it gives, families it gives most
DONORS = [
    ("Supermarché Val Frais", "Brumeville", 'shop_collection', 'fresh'),
    ("Hypermarché Les Tilleuls", "Saint-Aubin-la-Brume",
        'shop_collection', 'all'),
    ("Supérette du Centre", "Saint-Aubin-la-Brume", 'shop_collection',
        'fresh'),
    ("Marché Couvert de Brumeville", "Brumeville", 'shop_collection',
        'fresh'),
    ("Supermarché Le Bon Pré", "Hautecombe-les-Prés", 'shop_collection',
        'fresh'),
    ("Magasin Bio Les Semailles", "Roche-Belle", 'shop_collection', 'all'),
    ("Hypermarché Port-Océan", "Port-Clair", 'shop_collection', 'all'),
    ("Supérette de l'Anse", "Anse-Claire", 'shop_collection', 'fresh'),
    ("Supermarché Côté Dune", "Anse-Claire", 'shop_collection', 'fresh'),
    ("Surgelés du Val", "Brumeville", 'shop_collection', 'frozen'),
    ("Boulangerie Au Pain d'Aubin", "Saint-Aubin-la-Brume",
        'company_gift', 'bread'),
    ("Boulangerie Duhamel", "Brumeville", 'company_gift', 'bread'),
    ("Fournil des Hauts", "Hautecombe-les-Prés", 'company_gift', 'bread'),
    ("Fournil de l'Escale", "Anse-Claire", 'company_gift', 'bread'),
    ("Laiterie des Prés", "Hautecombe-les-Prés", 'company_gift', 'dairy'),
    ("Fromagerie de Roche-Belle", "Roche-Belle", 'company_gift', 'dairy'),
    ("Conserverie du Littoral", "Port-Clair", 'company_gift', 'canned'),
    ("Minoterie Grandchamp", "Les Saules", 'company_gift', 'dry'),
    ("Pâtes Bellavoine", "Les Saules", 'company_gift', 'dry'),
    ("Biscuiterie Kerval", "Port-Clair", 'company_gift', 'sweet'),
    ("Huilerie des Saules", "Les Saules", 'company_gift', 'fats'),
    ("Brûlerie du Port", "Port-Clair", 'company_gift', 'drinks'),
    ("Savonnerie Clairval", "Brumeville", 'company_gift', 'hygiene'),
    ("Couches Petits Pas", "Les Saules", 'company_gift', 'baby'),
    ("Ferme des Trois Noyers", "Saint-Aubin-la-Brume", 'farm_gift',
        'farm'),
    ("Maraîchers du Val", "Les Saules", 'farm_gift', 'farm'),
    ("Vergers de Hautecombe", "Hautecombe-les-Prés", 'farm_gift', 'farm'),
    ("Ferme du Grand Large", "Anse-Claire", 'farm_gift', 'farm'),
    ("Poulailler des Genêts", "Roche-Belle", 'farm_gift', 'eggs'),
    ("Coopérative Légumière de la Côte", "Port-Clair", 'farm_gift', 'farm'),
    ("Plateforme Alimentaire de la Brume", "Les Saules", 'food_bank', 'all'),
    ("Plateforme Alimentaire du Littoral", "Port-Clair", 'food_bank', 'all'),
    ("Programme européen FSE+, livraison Brume", "Les Saules", 'fse', 'dry'),
    ("Programme européen FSE+, livraison Côte", "Port-Clair", 'fse', 'dry'),
    ("Crédit national des épiceries sociales", "Valmaillon",
        'national_credit', 'dry'),
    ("Traiteur Aux Quatre Saisons", "Brumeville", 'company_gift', 'fresh'),
    ("Restaurant d'entreprise Le Carré", "Brumeville", 'company_gift',
        'fresh'),
    ("Grossiste Primeurs Leroy", "Les Saules", 'company_gift', 'farm'),
    ("Criée de Port-Clair", "Port-Clair", 'company_gift', 'fish'),
    ("Jardins partagés des Écoles", "Saint-Aubin-la-Brume", 'farm_gift',
        'farm'),
    ]

FIRST_NAMES = [
    "Amina", "Thomas", "Marie", "Yacine", "Claire", "Moussa", "Élodie",
    "Julien", "Fatou", "Bernard", "Oksana", "Sylvie", "Rachid", "Nathalie",
    "Ibrahim", "Chantal", "Mehdi", "Laurence", "Aïcha", "Patrick", "Léa",
    "Mamadou", "Isabelle", "Farid", "Mélanie", "Samuel", "Awa", "Denis",
    "Natalia", "Christophe", "Zohra", "Éric", "Mariam", "Gilles", "Inès",
    "Vincent", "Salimata", "Odile", "Karim", "Josiane"]

LAST_NAMES = [
    "Bélanger", "Traoré", "Morvan", "Haddad", "Lefort", "Diallo", "Prigent",
    "Chevrier", "Camara", "Aubry", "Kovalenko", "Rivière", "Mansouri",
    "Carlier", "Touré", "Delmas", "Bouchard", "Tessier", "Cissé", "Vidal",
    "Lacombe", "Konaté", "Perrot", "Slimani", "Gaudin", "Renard", "Sow",
    "Hamelin", "Moreira", "Poulain"]

STREETS = [
    "rue des Lilas", "rue du Lavoir", "allée des Acacias", "rue Haute",
    "impasse du Puits", "rue de la Fontaine", "avenue des Platanes",
    "rue des Jardins", "square des Mésanges", "chemin du Moulin"]

#: Names of towns, in every combination
_HEADS = [
    "Saint-Aubin", "Clairval", "Hautecombe", "Roche-Belle", "Brumeville",
    "Valmaillon", "Montfleury", "Belle-Anse", "Grandchamp", "Port-Clair",
    "Vieux-Moulin", "Longpré", "Bois-Joli", "Fontbelle", "Pierrevive",
    "Champ-d'Avoine", "Puy-Clair", "Rivebelle", "Villedoux", "Castelvieux",
    "Maison-Haute", "Pontbrun", "Terre-Neuve", "Bel-Horizon", "Noirval",
    "Mas-des-Pins", "Chaumebelle"]
_TAILS = [
    "le-Haut", "le-Bas", "sur-Brume", "sous-Bois", "les-Prés", "la-Forêt",
    "le-Vieux", "le-Neuf", "en-Plaine", "des-Monts", "la-Vallée",
    "le-Château", "les-Vignes", "la-Rivière", "aux-Saules", "des-Dunes",
    "les-Sources", "la-Chapelle", "sur-Mer", "le-Grand", "le-Petit",
    "les-Bains", "la-Fontaine", "du-Val", "les-Étangs", "la-Croix",
    "des-Landes", "les-Tilleuls", "le-Port", "la-Plage"]
TOWNS = len(_HEADS) * len(_TAILS)


def town(number: int) -> str:
    """The name of an invented town, another one for each below `TOWNS`.

    >>> town(0), town(27)
    ('Saint-Aubin-le-Haut', 'Saint-Aubin-le-Bas')
    """
    tail, head = divmod(number, len(_HEADS))
    return f'{_HEADS[head]}-{_TAILS[tail % len(_TAILS)]}'
