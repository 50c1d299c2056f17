"""Records of Open Food Facts in their own table, and what refers to them.

The Open Database License goes with them: compositions refer to a record and
copy nothing of it, allergens that come from it say so.
"""
from collections.abc import Sequence
from typing import Any

from trytond.pool import Pool

__all__ = ['link']

Wanted = dict[str, Any]


def link(pairs: Sequence[tuple[Wanted, Any]]) -> set[Any]:
    """Store what Open Food Facts tells of products, and refer to it.

    :param pairs: rows of an export, each with its ``product.product``
    :return: the products of which anything changed
    """
    pairs = [(row, product) for row, product in pairs if row['off']]
    if not pairs:
        return set()
    records, touched = _store_records(pairs)
    touched |= _refer(pairs, records)
    touched |= _declare_allergens(pairs)
    return touched


def _store_records(
        pairs: Sequence[tuple[Wanted, Any]]
        ) -> tuple[dict[str, Any], set[Any]]:
    "The records by barcode, and the products whose record is new or changed"
    OffProduct = Pool().get('aid.off.product')
    records = {
        record.barcode: record for record in OffProduct.search([
                ('barcode', 'in', [row['gtin'] for row, _ in pairs]),
                ])}
    touched, vlist, actions = set(), [], []
    for row, product in pairs:
        values = {'name': row['name'], **row['off']}
        record = records.get(row['gtin'])
        if record:
            values = {
                name: value for name, value in values.items()
                if getattr(record, name) != value}
            if values:
                actions += [[record], values]
        else:
            vlist.append({'barcode': row['gtin'], **values})
        if values:
            touched.add(product)
    if actions:
        OffProduct.write(*actions)
    for record in OffProduct.create(vlist) if vlist else []:
        records[record.barcode] = record
    return records, touched


def _refer(
        pairs: Sequence[tuple[Wanted, Any]], records: dict[str, Any]
        ) -> set[Any]:
    "Let the composition of each product refer to its record"
    Composition = Pool().get('aid.product.composition')
    there = {
        composition.product.id: composition
        for composition in Composition.search([
                ('product', 'in', [product.id for _, product in pairs]),
                ])}
    touched, vlist, actions, again = set(), [], [], []
    for row, product in pairs:
        record = records[row['gtin']]
        composition = there.get(product.id)
        if not composition:
            vlist.append({
                    'product': product.id, 'off_product': record.id,
                    'source': 'table', 'food_class': row['food_class']})
        elif composition.off_product != record:
            actions += [[composition], {'off_product': record.id}]
        else:
            again.append(composition)
            continue
        touched.add(product)
    if vlist:
        Composition.create(vlist)
    if actions:
        Composition.write(*actions)
    Composition.score_again(again)
    return touched


def _declare_allergens(pairs: Sequence[tuple[Wanted, Any]]) -> set[Any]:
    """Add the allergens that are told, never take one away.

    Where somebody has read the whole label, that is better known.
    """
    pool = Pool()
    told = [
        (row, product) for row, product in pairs
        if row['allergens'] and not product.template.allergens_declared]
    if not told:
        return set()
    Allergen = pool.get('aid.product.allergen')
    kinds = {
        kind.tag: kind
        for kind in pool.get('aid.household.constraint.kind').search([
                ('tag', '!=', None),
                ])}
    there = {
        (allergen.template.id, allergen.kind.id): allergen
        for allergen in Allergen.search([
                ('template', 'in', [p.template.id for _, p in told]),
                ])}
    touched, actions = set(), []
    vlist: dict[tuple[int, int], dict[str, Any]] = {}
    for row, product in told:
        for tag, presence in row['allergens'].items():
            if tag not in kinds:
                continue
            key = (product.template.id, kinds[tag].id)
            allergen = there.get(key)
            if not allergen:
                vlist[key] = {
                    'template': key[0], 'kind': key[1],
                    'presence': presence, 'origin': 'off'}
            elif (allergen.origin == 'off'
                    and (allergen.presence, presence)
                    == ('traces', 'contains')):
                actions += [[allergen], {'presence': presence}]
            else:
                continue
            touched.add(product)
    if vlist:
        Allergen.create(list(vlist.values()))
    if actions:
        Allergen.write(*actions)
    return touched
