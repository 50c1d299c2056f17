"""Moves that are done as soon as they are written down.

The ordinary way creates a move as a draft and then does it: a read and an
update for each. Goods that have left already need neither, so their rows are
written as the ordinary way would leave them (``tests/test_done_moves.py``
compares each column), after the same checks. Where anything is not as it was
when this was written, the ordinary way is taken.
"""
from __future__ import annotations

from typing import Any

from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from aid_branch import lane
from aid_branch.reading import look_through
from aid_branch.slices import slices

from .cost import fixed_costs

#: What writing the rows stands for
METHODS = (
    'create', '_before_create', '_after_create', 'preprocess_values',
    'default_get', 'validate_fields', 'check_modification',
    'on_modification', 'compute_fields', 'do', '_do', 'set_effective_date',
    'check_origin_types', 'check_period_closed', '_cost_price_key',
    'get_cost_price')
#: Who has a word in them, as far as it is known what they say
KNOWN = frozenset({
        'aid_branch.scope.BetweenBranchesMixin.preprocess_values',
        'aid_lot.move.Move.do',
        'trytond.model.model.Model.default_get',
        'trytond.model.modelsql.ModelSQL.create',
        'trytond.model.modelstorage.ModelStorage._after_create',
        'trytond.model.modelstorage.ModelStorage._before_create',
        'trytond.model.modelstorage.ModelStorage.check_modification',
        'trytond.model.modelstorage.ModelStorage.compute_fields',
        'trytond.model.modelstorage.ModelStorage.create',
        'trytond.model.modelstorage.ModelStorage.on_modification',
        'trytond.model.modelstorage.ModelStorage.preprocess_values',
        'trytond.model.modelstorage.ModelStorage.validate_fields',
        'trytond.modules.stock.move.Move._cost_price_key',
        'trytond.modules.stock.move.Move._do',
        'trytond.modules.stock.move.Move.check_modification',
        'trytond.modules.stock.move.Move.check_origin_types',
        'trytond.modules.stock.move.Move.check_period_closed',
        'trytond.modules.stock.move.Move.compute_fields',
        'trytond.modules.stock.move.Move.do',
        'trytond.modules.stock.move.Move.get_cost_price',
        'trytond.modules.stock.move.Move.preprocess_values',
        'trytond.modules.stock.move.Move.set_effective_date',
        'trytond.modules.stock_lot.stock.Move.do',
        'trytond.modules.stock_lot_sled.stock.Move.do',
        })
COLUMNS = frozenset({
        'company', 'cost_price', 'currency', 'effective_date', 'from_branch',
        'from_location', 'internal_quantity', 'lot', 'origin',
        'origin_planned_date', 'planned_date', 'product', 'product_cost_price',
        'quantity', 'shipment', 'state', 'to_branch', 'to_location', 'unit',
        'unit_price', 'unit_price_updated'})
#: What is told of each move; the other columns follow from it
TOLD = frozenset({
        'product', 'lot', 'quantity', 'unit', 'internal_quantity',
        'from_location', 'to_location', 'company', 'planned_date',
        'effective_date', 'origin', 'currency', 'unit_price'})


@without_check_access
def done_moves(values: list[dict[str, Any]], held=frozenset()) -> list:
    """Write down that goods have moved.

    :param values: what is told of each move, some of `TOLD`
    :param held: (location id, lot id) of what is on hand and locked already
    :return: the done ``stock.move``, in their order
    :raises InsufficientQuantityError: there is less of a lot than that
    :raises LotRefusedError: a lot may not go there
    """
    if not values:
        return []
    Move = Pool().get('stock.move')
    rows = _rows(values)
    if rows is not None:
        return _write(rows, held)
    moves: list = []
    for some in slices(values):
        moves += Move.create(some)
    Move.do(moves)
    return moves


def _rows(values: list[dict[str, Any]]) -> list | None:
    """The rows of done moves that *values* make.

    None where the ordinary way has to be taken, perhaps to refuse them.
    """
    Move = Pool().get('stock.move')
    if (any(v.keys() - TOLD for v in values)
            or not lane.is_free(Move, METHODS, KNOWN, COLUMNS)
            or Move.check_origin_types()):
        return None
    moves = _as_moves(values)
    today: dict = {}
    if not all(_is_plain(move, today) for move in moves):
        return None
    costs = fixed_costs({m.product for m in moves}, moves[0].company)
    if any(
            m.company != moves[0].company or m.product.id not in costs
            or t.get('internal_quantity') not in {None, m.internal_quantity}
            for m, t in zip(moves, values)):
        return None
    Move.check_period_closed(moves)
    Move.check_maker_lots(moves)
    Move.check_expiration_dates(moves)
    return [
        (move, _row(move, told, costs[move.product.id]))
        for move, told in zip(moves, values)]


def _as_moves(values: list[dict[str, Any]]) -> list:
    "Moves that are not saved, whose records were read together"
    Move = Pool().get('stock.move')
    empty = dict.fromkeys(TOLD | {'shipment'})
    ids: dict = {}
    named = {
        name: field.get_target() for name, field in Move._fields.items()
        if name in TOLD and field._type == 'many2one'}
    for name, Target in named.items():
        ids.setdefault(Target, set()).update(
            v[name] for v in values if v.get(name))
    found = {
        Target: {r.id: r for r in Target.browse(some)}
        for Target, some in ids.items()}
    shared = {name: found[Target] for name, Target in named.items()}
    look_through(shared['lot'].values(), 'product', 'hold')
    shared['product'] = {
        lot.product.id: lot.product for lot in shared['lot'].values()}
    look_through(shared['product'].values(), 'template', 'replaced_by')
    look_through(
        [p.template for p in shared['product'].values()], 'default_uom')
    moves = []
    for told in values:
        known = {
            name: shared[name].get(value) if name in shared else value
            for name, value in {**empty, **told}.items()}
        for end in ['from', 'to']:
            place = known[f'{end}_location']
            known[f'{end}_branch'] = place and place.branch
        move = Move(**known)
        if move.product and move.unit and move.quantity is not None:
            move.internal_quantity = _internal(move)
        moves.append(move)
    return moves


def _is_plain(move, today: dict) -> bool:
    """Whether nothing about *move* has to be asked or refused.

    Dates are known and not to come, units and quantities fit, the product is
    not replaced by another, and the origin is no move to follow.

    :param today: dates by company, to ask each only once
    """
    product, unit = move.product, move.unit
    if not (product and move.lot and move.lot.product == product
            and unit and move.company and move.effective_date
            and move.from_location and move.to_location):
        return False
    if move.company not in today:
        with Transaction().set_context(company=move.company.id):
            today[move.company] = Pool().get('ir.date').today()
    priced = move.on_change_with_unit_price_required()
    return (
        move.effective_date <= today[move.company]
        and not product.replaced_by
        and unit.category == product.template.default_uom.category
        and move.from_location != move.to_location
        and not {'view', 'warehouse'} & {
            move.from_location.type, move.to_location.type}
        and move.quantity is not None and move.quantity >= 0
        and round(move.quantity, unit.digits) == move.quantity
        and bool(move.currency and move.unit_price is not None) == priced
        and not str(move.origin or '').startswith('stock.'))


def _internal(move) -> float:
    "The quantity of *move* in the default unit of its product"
    UoM = Pool().get('product.uom')
    return UoM.compute_qty(
        move.unit, move.quantity, move.product.template.default_uom,
        round=True)


def _row(move, told: dict[str, Any], cost) -> dict[str, Any]:
    "Every column of *move* as the ordinary way leaves it"
    ends = {
        f'{end}_branch': branch and branch.id for end, branch in [
            ('from', move.from_branch), ('to', move.to_branch)]}
    return {
        **dict.fromkeys(COLUMNS),
        'planned_date': Transaction().context.get('planned_date'),
        **told,
        **ends,
        'internal_quantity': move.internal_quantity,
        'cost_price': (
            cost if move.on_change_with_cost_price_required() else None),
        'unit_price_updated': True,
        'state': 'done',
        }


def _write(rows: list, held) -> list:
    pool = Pool()
    Move = pool.get('stock.move')
    OnHand = pool.get('aid.lot.on_hand')
    done = lane.insert(Move, [row for _, row in rows], written=True)
    if Move._log:
        Move.log(done, 'transition', 'state:done')
    OnHand.follow([move for move, _ in rows], 1, held)
    return done
