"""How much a parcel is to be, and what a proposal looks at, as dated data."""
from __future__ import annotations

import datetime as dt

from trytond.model import ModelSQL, ModelView, fields

from aid_branch.dated import NamedByBranchMixin

from .proposal import Weights

#: The fields that `proposal.Weights` is made of
TERMS = [
    'amount', 'band', 'missing', 'kind', 'expiry', 'shelf', 'variety',
    'horizon', 'portion']


class ProposalRule(NamedByBranchMixin, ModelSQL, ModelView):
    """How long parcels and baskets are to last, and what a proposal prefers.

    The terms of the objective are weighed against each other, see
    `aid_balance.proposal`.
    """
    __name__ = 'aid.proposal.rule'

    days = fields.Integer(
        "Days", required=True,
        domain=[('days', '>', 0)],
        help="How many days a parcel or a basket is to last.")
    kg_per_day = fields.Float(
        "Food a Day (kg)", digits=(None, 3), required=True,
        domain=[('kg_per_day', '>', 0)],
        help="What an adult eats in a day, as purchased.")
    kcal_per_day = fields.Float(
        "Energy a Day (kcal)", digits=(None, 2), required=True,
        domain=[('kcal_per_day', '>', 0)],
        help="What a person needs in a day.")
    portion_kg = fields.Float(
        "Smallest Weight (kg)", digits=(None, 3), required=True,
        domain=[('portion_kg', '>', 0)],
        help="Weighed goods are proposed in multiples of it.")
    horizon = fields.Integer(
        "Finish Within (days)", required=True,
        domain=[('horizon', '>=', 0)],
        help="Goods that expire within these days are chosen first.")
    portion = fields.Float(
        "One Product, at Most", digits=(None, 2), required=True,
        domain=[('portion', '>', 0)],
        help="Part of a parcel that one product may be without being too "
        "much.")
    amount = fields.Float(
        "Weight and Energy", digits=(None, 2), required=True,
        domain=[('amount', '>=', 0)])
    band = fields.Float(
        "Bands of the Food Groups", digits=(None, 2), required=True,
        domain=[('band', '>=', 0)])
    missing = fields.Float(
        "Groups That Are Absent", digits=(None, 2), required=True,
        domain=[('missing', '>=', 0)])
    kind = fields.Float(
        "Rules Within a Group", digits=(None, 2), required=True,
        domain=[('kind', '>=', 0)])
    expiry = fields.Float(
        "What Expires First", digits=(None, 2), required=True,
        domain=[('expiry', '>=', 0)])
    shelf = fields.Float(
        "Left for the Next Households", digits=(None, 2), required=True,
        domain=[('shelf', '>=', 0)])
    variety = fields.Float(
        "Variety", digits=(None, 2), required=True,
        domain=[('variety', '>=', 0)])

    @staticmethod
    def default_days() -> int:
        return 7

    @staticmethod
    def default_kg_per_day() -> float:
        return 1.25

    @staticmethod
    def default_kcal_per_day() -> float:
        return 2000.0

    @staticmethod
    def default_portion_kg() -> float:
        return 0.25

    @staticmethod
    def default_horizon() -> int:
        return 7

    @staticmethod
    def default_portion() -> float:
        return 0.25

    @staticmethod
    def default_amount() -> float:
        return 3.0

    @staticmethod
    def default_band() -> float:
        return 1.0

    @staticmethod
    def default_missing() -> float:
        return 1.0

    @staticmethod
    def default_kind() -> float:
        return 0.2

    @staticmethod
    def default_expiry() -> float:
        return 1.0

    @staticmethod
    def default_shelf() -> float:
        return 1.0

    @staticmethod
    def default_variety() -> float:
        return 0.5

    @classmethod
    def holding(cls, branch, date: dt.date):
        "What holds at *branch* on *date*; without any record the defaults"
        if rule := cls.for_branch(branch, date):
            return rule
        names = cls._defaults.keys() & cls._fields.keys()
        return cls(**cls.default_get(sorted(names), with_rec_name=False))

    def weights(self) -> Weights:
        "The weights of the objective as plain values"
        return Weights(**{name: getattr(self, name) for name in TERMS})
