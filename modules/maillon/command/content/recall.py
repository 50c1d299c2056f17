"""A recall in the demo: a maker has called, today, about jars or the like.

The shelf of the first grocery holds some, and households took some home: each
has a task, one of them has answered.
"""
import datetime as dt
from collections import defaultdict
from typing import Any

from trytond.pool import Pool

__all__ = ['open_one']

#: Of which family the recalled goods are, the first of which there is some
FAMILIES = ['canned', 'dry_starch', 'meat_fish_eggs', 'dairy']
#: How the households that took some chose to be told, one after the other
CHANNELS = [
    {'contact_channel': 'phone', 'contact_hours': "après 18 h"},
    {'contact_channel': 'sms'},
    {'contact_channel': 'email', 'email': "foyer@example.org"},
    {},
    ]


def open_one(branch: Any, today: dt.date) -> Any:
    """Recall what most households of *branch* took of what is left there.

    :return: the recall, None where nothing was handed over of what is left
    """
    pool = Pool()
    Notice = pool.get('aid.recall.notice')
    Recall = pool.get('aid.recall')
    Told = pool.get('aid.recall.household')
    lot, households = _most_handed_over(branch)
    if not lot:
        return None
    for household, chosen in zip(
            households, CHANNELS * (len(households) // len(CHANNELS) + 1)):
        if chosen:
            household.__class__.write([household], chosen)
    notice, = Notice.create([{
                'title': lot.product.name,
                'published': today,
                'reason': "Présence possible de morceaux de verre",
                'risk': "Coupures, blessures internes",
                }])
    recall, = Recall.create([{
                'name': notice.title,
                'notice': notice.id,
                'reason': notice.reason,
                'risk': notice.risk,
                'lots': [('create', [{'lot': lot.id}])],
                }])
    Recall.open([recall])
    first = Told.search([
            ('recall', '=', recall.id), ('certainty', '=', 'certain')],
        order=[('id', 'ASC')], limit=1)
    Told.write_down(first, 'thrown_away')
    return recall


def _most_handed_over(branch: Any) -> tuple[Any, list]:
    "A lot that is left at *branch*, and the households that took some"
    pool = Pool()
    Line = pool.get('aid.basket.line')
    OnHand = pool.get('aid.lot.on_hand')
    for family in FAMILIES:
        rows = OnHand.search([
                *OnHand.in_branch_domain(branch),
                ('family.code', '=', family),
                ])
        took: dict[Any, list] = defaultdict(list)
        for line in Line.search([
                    ('lot', 'in', [row.lot.id for row in rows]),
                    ('basket.state', '=', 'done'),
                    ('basket.household', '!=', None),
                    ], order=[('id', 'ASC')]):
            if line.basket.household not in took[line.lot]:
                took[line.lot].append(line.basket.household)
        if took:
            return max(
                took.items(), key=lambda item: (len(item[1]), -item[0].id))
    return None, []
