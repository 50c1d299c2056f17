"""What of our goods notices may be about, for many notices at once.

A few questions to the database, each by an index, and one pass over the
names of products; however many notices are compared.
"""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from sql.aggregate import Max
from sql.functions import Upper
from sql.operators import Exists

from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import Transaction

from aid_branch.reading import as_date
from aid_donation.scanning import written_forms

from .article_number import gtin_14
from .matching import Goods, Lot, Notice, Product, Products
from .words import brands, words

#: How many values one question names; SQLite takes 32,766
_AT_ONCE = 10_000
#: A lot is written with or without its L
_PREFIXES = ('', 'L', 'L ', 'LOT ')


def read(notices: list[Notice]) -> Goods:
    """Read all that *notices* may be about, of the whole network.

    By SQL: who asks need not see all branches, nor what came of the goods.
    """
    bearing = _bearing({g for notice in notices for g in notice.gtins})
    products = _products()
    goods = Goods(products, bearing=bearing, numbered=_numbered({
                id_ for notice in notices if notice.gtins
                for id_ in products.like(notice)}))
    like = {id_ for notice in notices for id_ in goods.like(notice)}
    like.update(*(notice.generic for notice in notices))
    goods.scanned = scanned({g for notice in notices for g in notice.gtins})
    goods.lots = _with_end(_lots(
            like.union(*bearing.values()), _labels(notices),
            set().union(*goods.scanned.values())))
    return goods


def scanned(gtins: set[str]) -> dict[str, set[int]]:
    """Lots of goods known only by their family, by what a till scanned.

    Whoever stood there chose the family: which product it is, nobody knew.

    :param gtins: of 14 digits
    :return: ids of ``stock.lot`` by GTIN
    """
    line = Pool().get('aid.basket.line').__table__()
    forms = {form: gtin for gtin in gtins for form in written_forms(gtin)}
    lots: dict[str, set[int]] = defaultdict(set)
    for some in _some(forms):
        for code, lot in _execute(*line.select(
                    line.barcode, line.lot, distinct=True,
                    where=line.barcode.in_(some)
                    & (line.lot != None))):  # noqa: E711
            lots[forms[code]].add(lot)
    return lots


def _execute(*query) -> Iterable[tuple]:
    cursor = Transaction().connection.cursor()
    cursor.execute(*query)
    return cursor


def _some(values: Iterable) -> Iterator[list]:
    "*values* in lists that one question may name"
    return map(list, grouped_slice(sorted(values), _AT_ONCE))


def _bearing(gtins: set[str]) -> dict[str, set[int]]:
    "Ids of the products that bear one of *gtins* in any of its forms"
    pool = Pool()
    identifier = pool.get('product.identifier').__table__()
    barcode = pool.get('aid.branch.barcode').__table__()
    bearing: dict[str, set[int]] = defaultdict(set)
    forms = {form: gtin for gtin in gtins for form in written_forms(gtin)}
    for some in _some(forms):
        for table in [identifier, barcode]:
            for code, product in _execute(*table.select(
                        table.code, table.product,
                        where=table.code.in_(some)
                        & (table.product != None))):  # noqa: E711
                bearing[forms[code]].add(product)
    return bearing


def _products() -> Products:
    """All products by their brands and the words of their names.

    What stands for a family ("Tins and Jars") may be anything: its words say
    nothing.
    """
    pool = Pool()
    family = pool.get('aid.family').__table__()
    product = pool.get('product.product').__table__()
    template = pool.get('product.template').__table__()
    identifier = pool.get('product.identifier').__table__()
    translation = pool.get('ir.translation').__table__()
    names: dict[int, list[str]] = defaultdict(list)
    for template_id, value in _execute(*translation.select(
                translation.res_id, translation.value,
                where=(translation.name == 'product.template,name')
                & (translation.type == 'model')
                & (translation.value != ''))):
        names[template_id].append(value)
    of_brand: dict[int, list[str]] = defaultdict(list)
    for id_, code in _execute(*identifier.select(
                identifier.product, identifier.code,
                where=identifier.type == 'brand')):
        of_brand[id_].append(code)
    read_brands = _Once(brands)
    return Products(
        Product(
            id_,
            frozenset().union(*map(read_brands, of_brand.get(id_, ()))),
            frozenset() if generic
            else words(name, *names.get(template_id, ())))
        for id_, template_id, name, generic in _execute(*product.join(
                template, condition=product.template == template.id
                ).select(
                    product.id, template.id, template.name,
                    product.id.in_(family.select(
                            family.product,
                            where=family.product != None)))))  # noqa: E711


class _Once(dict):
    "What a function makes of each value, made once"

    def __init__(self, function) -> None:
        self._function = function

    def __missing__(self, value):
        self[value] = result = self._function(value)
        return result

    def __call__(self, value):
        return self[value]


def _numbered(products: set[int]) -> set[int]:
    "Which of *products* bear a barcode that all shops understand"
    identifier = Pool().get('product.identifier').__table__()
    return {
        id_ for some in _some(products)
        for id_, code in _execute(*identifier.select(
                identifier.product, identifier.code,
                where=(identifier.type == 'ean')
                & identifier.product.in_(some)))
        if gtin_14(code)}


def _labels(notices: list[Notice]) -> set[str]:
    "How packs may write the lots that are named without a barcode"
    return {
        prefix + key.upper() for notice in notices for item in notice.items
        if not item.gtin for key in item.lots.keys for prefix in _PREFIXES}


def _lots(
        products: set[int], labels: set[str], ids: set[int]
        ) -> dict[int, tuple]:
    """The lots of *products*, those with one of *labels* on the pack, *ids*.

    :return: by id, the values of ``Lot`` but the last, and whether any is
        on hand
    """
    pool = Pool()
    lot = pool.get('stock.lot').__table__()
    on_hand = pool.get('aid.lot.on_hand').__table__()
    left = Exists(on_hand.select(
            on_hand.id,
            where=(on_hand.lot == lot.id) & (on_hand.quantity > 0)))
    rows: dict[int, tuple] = {}
    for column, values in [
            (lot.product, products), (Upper(lot.label_lot), labels),
            (lot.id, ids)]:
        for some in _some(values):
            for row in _execute(*lot.select(
                        lot.id, lot.product, lot.label_lot,
                        lot.shelf_life_expiration_date, lot.expiration_date,
                        lot.create_date, left,
                        where=column.in_(some))):
                rows[row[0]] = row
    return rows


def _with_end(rows: dict[int, tuple]) -> list[Lot]:
    "The lots of *rows*, with the last day any of them moved"
    move = Pool().get('stock.move').__table__()
    gone = [id_ for id_, row in rows.items() if not row[-1]]
    moved: dict[int, dt.date] = {}
    for some in _some(gone):
        moved.update(_execute(*move.select(
                    move.lot, Max(move.effective_date),
                    where=(move.state == 'done')
                    & move.lot.in_(some),
                    group_by=move.lot)))
    return [
        Lot(
            id_, product, label, as_date(use_by), as_date(best_before),
            as_date(received), None if left else as_date(moved[id_]))
        for id_, product, label, use_by, best_before, received, left
        in rows.values()
        # Nothing ever came in of the others
        if left or id_ in moved]
