"""Notices of recall of the demo: all invented, as are the products.

Of one there are goods on the shelves, of one the name alone agrees, one was
never held, one has the code of a single shop, one is put aside already.
"""
import datetime as dt
from typing import Any

from trytond.pool import Pool

from aid_recall.words import words

__all__ = ['notices']

LISTERIA = "Présence de Listeria monocytogenes"
BRING_BACK = "Ne plus consommer.\nRapporter le produit à l'épicerie."


def notices(today: dt.date) -> None:
    "Five notices of the last days, compared with the goods of the network"
    Notice = Pool().get('aid.recall.notice')
    made = Notice.create([
            _ours(today), _named_alike(today), _never_held(today),
            _of_one_shop(today), _elsewhere(today)])
    Notice.compare(made)
    Notice.dismiss(made[-1:])


def _notice(
        number: int, day: dt.date, title: str, brand: str | None,
        items: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        'reference': f'EXEMPLE-{number}',
        'title': title,
        'brand': brand,
        'category': "Alimentation",
        'reason': LISTERIA,
        'risk': LISTERIA,
        'advice': BRING_BACK,
        'published': day,
        'sold_from': day - dt.timedelta(days=30),
        'area': "France entière",
        'items': [('create', items)],
        **more,
        }


def _ours(today: dt.date) -> dict[str, Any]:
    "Of a lot that is on a shelf, by the number of its maker"
    OnHand = Pool().get('aid.lot.on_hand')
    goods = OnHand.search([
            ('quantity', '>', 0),
            ('lot.label_lot', '!=', None),
            ('lot.hold', '=', None),
            ('family.code', '=', 'dairy'),
            ('branch', '!=', None),
            ], order=[('id', 'ASC')])
    lot = next(
        g.lot for g in goods
        if g.product.identifiers and g.use_by and g.use_by >= today)
    return _notice(
        1, today, lot.product.name, "Laiterie de l'Exemple", [{
                'gtin': lot.product.identifiers[0].code,
                'lot': f"lot : {lot.label_lot}",
                'date_kind': 'use_by',
                'date_from': lot.shelf_life_expiration_date,
                }])


def _named_alike(today: dt.date) -> dict[str, Any]:
    "Nothing but its name is known"
    OnHand = Pool().get('aid.lot.on_hand')
    goods = OnHand.search([
            ('quantity', '>', 0), ('family.code', '=', 'canned'),
            ], order=[('id', 'ASC')])
    name = next(
        g.product.name for g in goods
        if g.product.identifiers and len(words(g.product.name)) > 1)
    return _notice(
        2, today - dt.timedelta(days=1), name,
        "Sans marque", [{'lot': "tous les lots"}],
        reason="Défaut de stérilisation", risk="Botulisme")


def _never_held(today: dt.date) -> dict[str, Any]:
    return _notice(
        3, today - dt.timedelta(days=2), "Rillettes d'oie",
        "Maison de l'Exemple", [{
                'gtin': '9529999000019', 'lot': "24241, 24242"}])


def _of_one_shop(today: dt.date) -> dict[str, Any]:
    return _notice(
        4, today - dt.timedelta(days=3), "Boudin noir à la coupe",
        "Sans marque", [{'gtin': '0203684000000'}])


def _elsewhere(today: dt.date) -> dict[str, Any]:
    return _notice(
        5, today - dt.timedelta(days=8), "Fromage de chèvre fermier",
        "Ferme de l'Exemple", [{'lot': "091k - dlc : 12/2026"}],
        area="Marché de Port-Clair",
        dismissal_reason="Vendu sur un seul marché, où personne ne collecte")
