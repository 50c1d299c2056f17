"""What one record of RappelConso tells, in whatever year it was exported.

Plain functions, no database. The names of the columns changed between the
first data set (2021 to 2024) and the second one, and one of them was
published misspelled; values are texts, or lists where an export keeps them
apart.
"""
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from aid_recall import identification, maker_lot, prose_dates
from aid_recall.article_number import gtin_14
from aid_recall.words import fold

__all__ = ['COLUMNS', 'cells', 'items', 'notice']

#: What we read, by the names that exports give it, the newest first
COLUMNS = {
    'reference': ['numero_fiche', 'reference_fiche'],
    'version': ['numero_version', 'ndeg_de_version'],
    'guid': ['rappel_guid'],
    'published': ['date_publication', 'date_ref'],
    'category': ['categorie_produit', 'categorie_de_produit'],
    'subcategory': ['sous_categorie_produit', 'sous_categorie_de_produit'],
    'brand': ['marque_produit', 'nom_de_la_marque_du_produit'],
    'title': ['libelle'],
    'models': ['modeles_ou_references', 'noms_des_modeles_ou_references'],
    'identification': [
        'identification_produits', 'identification_des_produits'],
    'gtin': ['gtin'],
    'sold_from': ['date_debut_commercialisation'],
    'sold_to': [
        'date_fin_commercialisation', 'date_date_fin_commercialisation'],
    'sold': ['date_debut_fin_de_commercialisation'],
    'information': ['informations_complementaires'],
    'area': ['zone_geographique_de_vente'],
    'distributors': ['distributeurs'],
    'reason': ['motif_rappel', 'motif_du_rappel'],
    'risk': ['risques_encourus', 'risques_encourus_par_le_consommateur'],
    'risk_more': [
        'description_complementaire_risque',
        'description_complementaire_du_risque'],
    'advice': ['conduites_a_tenir_par_le_consommateur'],
    'advice_more': ['preconisations_sanitaires'],
    'url': ['lien_vers_la_fiche_rappel', 'lien_vers_affichette_pdf'],
    }
#: Bars and the sign of currency, single or double, stand between values
_BETWEEN = re.compile(r'\s*(?:\||¤+|\r?\n)\s*')
_LOT = re.compile(r'\blot\b|\blots\b')


def cells(record: Mapping[str, Any]) -> dict[str, Any]:
    """The values of *record* by our names, None where there is none.

    Texts are stripped; a list stays one, as *identification* may be one.
    """
    found = {}
    for name, columns in COLUMNS.items():
        values = (record.get(column) for column in columns)
        found[name] = next(
            (v for v in map(_plain, values) if v not in (None, '', [])), None)
    return found


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, list):
        return value
    text = str(value).strip()
    return None if text == 'NA' else text


def notice(told: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an ``aid.recall.notice`` but its number and version.

    :param told: as ``cells`` gives it
    """
    sold_from, sold_to = _sold(told)
    return {
        'guid': told['guid'],
        'title': _capital(_title(told)),
        'brand': _named(_lines(told['brand'])),
        'models': _lines(told['models']),
        'category': ' – '.join(filter(None, [
                    _capital(told['category']), told['subcategory']])),
        'reason': _lines(told['reason']),
        'risk': _lines(told['risk'], told['risk_more']),
        'advice': _lines(told['advice'], told['advice_more']),
        'information': _lines(told['information']),
        'published': published(told),
        'sold_from': sold_from,
        'sold_to': sold_to,
        'area': _lines(told['area']),
        'distributors': _lines(told['distributors']),
        'url': told['url'],
        }


def published(told: Mapping[str, Any]) -> dt.date | None:
    "The day of the publication, the first of the month if only that is told"
    text = told['published'] or ''
    if re.fullmatch(r'\d{4}-\d\d', text):
        text += '-01'
    return prose_dates.period(text)[0]


def _sold(
        told: Mapping[str, Any]) -> tuple[dt.date | None, dt.date | None]:
    first, _ = prose_dates.period(told['sold_from'])
    _, last = prose_dates.period(told['sold_to'])
    if not first and not last:
        first, last = prose_dates.period(told['sold'])
    if first and last and last < first:
        first, last = last, first
    return first, last


def _title(told: Mapping[str, Any]) -> str | None:
    for name in ['title', 'models', 'brand', 'subcategory']:
        if lines := _lines(told[name]):
            return lines.split('\n')[0]
    return None


def items(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values of each ``aid.recall.notice.item``.

    Where no product has a lot, one that stands in the further information
    ("lot n° s02e03a") is taken.
    """
    products = identification.read(told['identification'])
    if told['gtin'] and gtin_14(told['gtin']) not in {
            gtin_14(product.gtin) for product in products}:
        products.append(identification.Product(told['gtin']))
    told_elsewhere = None
    information = _lines(told['information']) or ''
    if _LOT.search(fold(information)) and not any(
            maker_lot.lots(product.lot) for product in products):
        told_elsewhere = ' '.join(information.split())
        products = products or [identification.Product()]
    return [_item(product, told_elsewhere) for product in products]


def _item(
        product: identification.Product,
        told_elsewhere: str | None) -> dict[str, Any]:
    if told_elsewhere:
        said = product.text
        product = identification.Product(
            product.gtin, told_elsewhere, product.date_type, product.start,
            product.end)
        text = ' · '.join(filter(None, [said, told_elsewhere]))
    else:
        text = product.text
    first, last = product.dates
    return {
        'text': text,
        'gtin': product.gtin or None,
        'lot': product.lot or None,
        'date_kind': product.date_kind if first else None,
        'date_from': first,
        'date_to': last if last != first else None,
        }


def _lines(*texts: Any) -> str | None:
    "*texts* with a line for each value that stands in them"
    lines = []
    for text in texts:
        if isinstance(text, list):
            text = '|'.join(map(str, text))
        lines += [line for line in _BETWEEN.split(text or '') if line]
    return '\n'.join(line.strip() for line in lines) or None


def _capital(text: str | None) -> str | None:
    return text and text[:1].upper() + text[1:]


def _named(text: str | None) -> str | None:
    "A brand; the second data set writes them in small letters"
    return text.title() if text and text.islower() else text
