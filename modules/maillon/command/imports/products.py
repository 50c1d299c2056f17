"""Products from a CSV file of our own, or an export of Open Food Facts.

Columns (``name`` and one of ``gtin`` and ``code`` are needed):

============== ============================================================
gtin           the number under the barcode: 8, 12, 13 or 14 digits
code           the network's own code; the GTIN if empty
name           what the product is called
brand          whose it is
family         code of the family
unit           piece (if empty), kg, g or l
weight_kg      what one piece weighs, without its packaging if known
list_price     what one unit is worth in a shop
food_group     code of the food group, where it is not that of the family
energy_kj ...  composition of 100 g: ``energy_kj``, ``fat``,
               ``saturates``, ``carbohydrate``, ``sugars``, ``fibre``,
               ``protein``, ``salt``
============== ============================================================

A product is found again by its GTIN, else by its code. Values that cannot be,
or energy more than 25 % away from what the product holds, are faults.

Of an export of Open Food Facts the composition goes into a table of its own,
to which the product refers (``off_links.py``); its allergens are declared, as
told there, and its food group is proposed where the product has none.
"""
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import stdnum.ean
from stdnum.exceptions import ValidationError

from trytond.pool import Pool
from trytond.transaction import Transaction, inactive_records

from aid_branch.slices import slices
from aid_nutrition import plausibility

from . import Outcome, Progress, off_links, off_record, open_food_facts, silent
from .table import Cells, Fault, Row, read_csv, read_headers, unknown_columns

__all__ = ['read', 'store', 'is_foreign', 'COLUMNS', 'REQUIRED', 'gtin_14']

REQUIRED = ['name']
COMPOSITION = list(open_food_facts.COMPOSITION)
COLUMNS = [
    'gtin', 'code', 'name', 'brand', 'family', 'unit', 'weight_kg',
    'list_price', 'food_group', *COMPOSITION]
UNITS = {
    'piece': 'uom_unit', 'kg': 'uom_kilogram', 'g': 'uom_gram',
    'l': 'uom_liter'}

Wanted = dict[str, Any]


def is_foreign(path: Path) -> bool:
    "Whether *path* was made by others, who will not correct it for us"
    return open_food_facts.is_export(path)


def gtin_14(gtin: str) -> str:
    """*gtin* as the 14 digits by which any two can be compared.

    Raises ValueError when it has another length or a wrong check digit.
    """
    try:
        return stdnum.ean.validate(gtin).zfill(14)
    except ValidationError as error:
        raise ValueError(str(error)) from error


def read(path: Path) -> tuple[list[Wanted], list[Fault]]:
    "Read *path* into what each product is to be, and what is wrong in it"
    faults: list[Fault] = []
    wanted: list[Wanted] = []
    seen: dict[tuple[str, str], int] = {}
    if not is_foreign(path):
        headers = read_headers(path)
        faults = unknown_columns(headers, COLUMNS, REQUIRED)
        if not {'gtin', 'code'} & set(headers):
            faults.append(Fault(
                    1, 'gtin', '', "add a column gtin, or code"))
        if faults:
            return wanted, faults
    for row, told in _rows(path):
        cells = Cells(row, faults)
        values = _read_row(cells) | told
        for column in ['gtin', 'code']:
            key = (column, values[column])
            if values[column] and seen.setdefault(key, row.line) != row.line:
                cells.fault(
                    column, f"stands already on line {seen[key]}: remove one")
                break
        if cells.sound:
            wanted.append(values)
    return wanted, faults


def _rows(path: Path) -> Iterator[tuple[Row, Wanted]]:
    "Rows of our own columns, with what Open Food Facts tells beside them"
    if not is_foreign(path):
        for row in read_csv(path):
            yield row, {'off': None}
        return
    for line, record in open_food_facts.records(path):
        cells = open_food_facts.as_cells(record)
        faults: list[Fault] = []
        composition = _composition(Cells(Row(line, cells), faults))
        if any(fault.advice != _doubt(composition) for fault in faults):
            # Impossible together, and which of them is wrong nobody knows:
            # the product is still good to have.
            cells |= dict.fromkeys(COMPOSITION, '')
            composition = {}
        told = {
            'off': off_record.off_values(record, composition),
            'food_class': (
                off_record.food_class_of(record)
                or _food_class(cells['family'])),
            'food_group': off_record.food_group_of(record),
            'allergens': off_record.allergens_of(record),
            }
        if told['off']['energy_kj'] is None:
            cells['energy_kj'] = ''
        yield Row(line, cells), told


def _read_row(cells: Cells) -> Wanted:
    gtin = cells.text('gtin')
    code = cells.text('code')
    if gtin:
        try:
            gtin = gtin_14(gtin)
        except ValueError:
            cells.fault(
                'gtin', "wrong length or check digit: compare it with the "
                "pack")
    elif not code:
        cells.fault('gtin', "is empty, and so is code: fill one in")
    return {
        'line': cells.row.line,
        'gtin': gtin,
        'code': code or _shortest(gtin),
        'name': cells.text('name', required=True),
        'brand': cells.text('brand'),
        'family': cells.text('family'),
        'unit': cells.choice('unit', list(UNITS)) or 'piece',
        'weight_kg': cells.decimal('weight_kg', digits=3),
        'list_price': cells.decimal('list_price', digits=4),
        'food_group': cells.text('food_group'),
        'composition': _composition(cells),
        }


def _composition(cells: Cells) -> dict[str, Decimal]:
    "What 100 g hold; impossible figures are faults of the row"
    liquid = cells.row.cells.get('family') == 'drinks'
    values = {
        name: value for name in COMPOSITION
        if (value := cells.decimal(
                    name, digits=1 if name == 'energy_kj' else 3)) is not None}
    for fault in plausibility.faults(values, liquid=liquid):
        cells.fault(
            fault.name if fault.name in COMPOSITION else 'energy_kj',
            _IMPOSSIBLE[fault.kind].format(fault=fault))
    if doubt := _doubt(values):
        cells.fault('energy_kj', doubt)
    return values


def _doubt(values: dict[str, Decimal]) -> str | None:
    "What to say of an energy that does not fit, None where it does"
    expected = plausibility.energy_doubt(values)
    if expected is None:
        return None
    return (
        f"is more than 25 % away from the {expected:.0f} kJ of what it "
        "holds: correct one, or leave the energy out")


_IMPOSSIBLE = {
    'negative': "is less than 0: correct it",
    'over': "is more than 100 g in 100 g: correct it",
    'part': "is more than the {fault.whole} it is a part of: correct one",
    'sum': "the composition adds up to {fault.value} g in 100 g: correct it",
    }


def _shortest(gtin: str | None) -> str | None:
    "A GTIN as it is printed: 8, 13 or 14 digits"
    if gtin is None:
        return None
    if gtin.startswith('000000') and len(gtin) == 14:
        return gtin[6:]
    return gtin[1:] if gtin.startswith('0') else gtin


def store(
        wanted: list[Wanted], progress: Progress = silent) -> Outcome:
    """Make or change the products, in bulk.

    In the current transaction, as somebody who may. Faults in the outcome (a
    family or food group that does not exist, a GTIN that is another
    product's) mean that nothing was written.
    """
    families = _by_code('aid.family')
    groups = _by_code('aid.food.group')
    faults = _check(wanted, families, groups)
    known = _existing()
    faults += _check_codes(wanted, known)
    if faults:
        return Outcome(faults=faults)
    look_up = _LookUp(families, groups)
    outcome = Outcome()
    with progress(len(wanted), "Products") as advance:
        for rows in slices(wanted):
            pairs = [(row, known.find(row)) for row in rows]
            new = [row for row, product in pairs if not product]
            _create(new, look_up)
            changed = _change(
                [(row, product) for row, product in pairs if product],
                look_up)
            outcome.created += len(new)
            outcome.updated += changed
            outcome.unchanged += len(rows) - len(new) - changed
            advance(len(rows))
    return outcome


def _by_code(model: str) -> dict[str, Any]:
    return {record.code: record for record in Pool().get(model).search([])}


def _check(
        wanted: list[Wanted], families: dict[str, Any],
        groups: dict[str, Any]) -> list[Fault]:
    faults = []
    for row in wanted:
        for column, there in [('family', families), ('food_group', groups)]:
            if row[column] and row[column] not in there:
                faults.append(Fault(
                        row['line'], column, row[column],
                        "there is none with this code; there are: "
                        + ", ".join(sorted(there))))
    return faults


class _Known:
    "The products that are there, by code and by GTIN"

    def __init__(self, by_code: dict[str, int], by_gtin: dict[str, int]):
        self.by_code = by_code
        self.by_gtin = by_gtin

    def find(self, row: Wanted) -> Any:
        "The product of *row*, or None"
        Product = Pool().get('product.product')
        id_ = self.by_gtin.get(row['gtin']) or self.by_code.get(row['code'])
        return Product(id_) if id_ else None


def _existing() -> _Known:
    pool = Pool()
    Product = pool.get('product.product')
    Identifier = pool.get('product.identifier')
    with inactive_records():
        by_code = {
            values['code']: values['id']
            for values in Product.search_read(
                [('code', '!=', None)], fields_names=['code'])}
        by_gtin = {}
        for values in Identifier.search_read(
                [('type', '=', 'ean')], fields_names=['code', 'product']):
            try:
                by_gtin[gtin_14(values['code'])] = values['product']
            except ValueError:
                continue
    return _Known(by_code, by_gtin)


def _check_codes(wanted: list[Wanted], known: _Known) -> list[Fault]:
    "Rows whose code is one product's and whose GTIN is another's"
    faults = []
    for row in wanted:
        by_code = known.by_code.get(row['code'])
        by_gtin = known.by_gtin.get(row['gtin'])
        if by_code and by_gtin and by_code != by_gtin:
            faults.append(Fault(
                    row['line'], 'code', row['code'],
                    "another product has this code: correct code or gtin"))
    return faults


class _LookUp:
    "The records that rows speak of"

    def __init__(self, families: dict[str, Any], groups: dict[str, Any]):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        self.families = families
        self.groups = groups
        self.units = {
            unit: ModelData.get_id('product', xml_id)
            for unit, xml_id in UNITS.items()}
        self.kilogram = self.units['kg']
        self.company = Transaction().context.get('company')

    def _group_stands(self, row: Wanted, template: Any) -> bool:
        """Whether a proposed food group adds nothing.

        The product says its own, or its family says the same.
        """
        family = (
            self.families.get(row['family'])
            or (template.family if template else None))
        return bool(
            (template and template.food_group)
            or (family and family.food_group
                and family.food_group.code == row['food_group']))

    def template_values(
            self, row: Wanted, template: Any = None) -> dict[str, Any]:
        "What the row says of the template; what it leaves out is not there"
        values: dict[str, Any] = {'name': row['name']}
        if row['family']:
            values['family'] = self.families[row['family']].id
        if row['food_group'] and not (
                row['off'] and self._group_stands(row, template)):
            values['food_group'] = self.groups[row['food_group']].id
        if row['weight_kg']:
            values['weight'] = float(row['weight_kg'])
            values['weight_uom'] = self.kilogram
        return values

    def list_price(self, row: Wanted) -> dict[str, Any]:
        return {'company': self.company, 'list_price': row['list_price']}


def _composition_values(row: Wanted) -> dict[str, Any]:
    "Values of a composition, without its product"
    return dict(
        row['composition'], source='label',
        food_class=_food_class(row['family']))


def _food_class(family: str | None) -> str | None:
    "How the Nutri-Score reckons goods of *family*, as far as that tells"
    if family in {'baby_food', 'hygiene'}:
        return None
    return {'drinks': 'beverage', 'fats': 'fat'}.get(family, 'general')


def _identifiers(row: Wanted) -> list[dict[str, Any]]:
    identifiers = []
    if row['gtin']:
        identifiers.append({'type': 'ean', 'code': _shortest(row['gtin'])})
    if row['brand']:
        identifiers.append({'type': 'brand', 'code': row['brand']})
    return identifiers


def _create(rows: list[Wanted], look_up: _LookUp) -> None:
    if not rows:
        return
    pool = Pool()
    Template = pool.get('product.template')
    vlist = []
    for row in rows:
        product: dict[str, Any] = {
            'suffix_code': row['code'],
            'identifiers': [('create', _identifiers(row))],
            }
        if row['composition'] and not row['off']:
            product['compositions'] = [
                ('create', [_composition_values(row)])]
        values = dict(
            look_up.template_values(row),
            type='goods',
            default_uom=look_up.units[row['unit']],
            cost_price_method='fixed',
            products=[('create', [product])])
        if row['list_price'] is not None:
            values['list_prices'] = [
                ('create', [look_up.list_price(row)])]
        vlist.append(values)
    templates = Template.create(vlist)
    off_links.link([
            (row, template.products[0])
            for row, template in zip(rows, templates)])


def _change(
        pairs: list[tuple[Wanted, Any]], look_up: _LookUp) -> int:
    "Write what differs and return how many products it touched"
    if not pairs:
        return 0
    pool = Pool()
    Composition = pool.get('aid.product.composition')
    Identifier = pool.get('product.identifier')
    ListPrice = pool.get('product.list_price')
    Product = pool.get('product.product')
    Template = pool.get('product.template')
    # Browsed together they are read together.
    pairs = list(zip(
            [row for row, _ in pairs],
            Product.browse([product for _, product in pairs])))
    writes: dict[Any, list[Any]] = {
        Template: [], ListPrice: [], Composition: []}
    creates: dict[Any, list[dict[str, Any]]] = {
        Identifier: [], ListPrice: [], Composition: []}
    touched = set()

    def note(
            product: Any, Model: Any, record: Any, values: dict[str, Any],
            key: dict[str, Any]) -> None:
        "Write what differs on *record*, or make one with *key* and *values*"
        if record:
            values = {
                name: value for name, value in values.items()
                if _plain(getattr(record, name)) != value}
        if values:
            touched.add(product)
            if record:
                writes[Model] += [[record], values]
            else:
                creates[Model].append({**key, **values})

    for row, product in pairs:
        template = product.template
        note(
            product, Template, template,
            look_up.template_values(row, template), {})
        if row['list_price'] is not None:
            price = next((
                    p for p in template.list_prices
                    if not p.product and p.company
                    and p.company.id == look_up.company), None)
            note(
                product, ListPrice, price,
                {'list_price': row['list_price']},
                {'template': template.id, 'company': look_up.company})
        if row['composition'] and not row['off']:
            composition = next(iter(product.compositions), None)
            values = (
                dict(row['composition']) if composition
                else _composition_values(row))
            note(
                product, Composition, composition, values,
                {'product': product.id})
        there = {(i.type, i.code) for i in product.identifiers}
        gtins = _gtins(product)
        for identifier in _identifiers(row):
            if (identifier['type'], identifier['code']) in there or (
                    identifier['type'] == 'ean' and row['gtin'] in gtins):
                continue
            touched.add(product)
            creates[Identifier].append(
                dict(identifier, product=product.id))
    for Model, actions in writes.items():
        if actions:
            Model.write(*actions)
    for Model, vlist in creates.items():
        if vlist:
            Model.create(vlist)
    touched |= off_links.link(pairs)
    return len(touched)


def _gtins(product: Any) -> set[str]:
    gtins = set()
    for identifier in product.identifiers:
        if identifier.type == 'ean':
            gtins.add(identifier.code.zfill(14))
    return gtins


def _plain(value: Any) -> Any:
    "A record as its id, other values as they are"
    return getattr(value, 'id', value)
