"""Barcodes that only a branch knows, and how its scales write them."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import without_check_access

from aid_branch.dated import BranchRuleMixin
from aid_branch.scope import BranchMixin

from . import gs1, in_store


class BranchBarcode(BranchMixin, ModelSQL, ModelView):
    """A barcode that nobody knew, with the family somebody chose for it.

    Nothing more is needed to hand the goods over or take them in; the
    warehouse may name the product later. What was entered last holds.
    """
    __name__ = 'aid.branch.barcode'
    _rec_name = 'code'

    code = fields.Char(
        "Barcode", required=True,
        help="Of labels with a weight or a price only what stays the same.")
    family = fields.Many2One(
        'aid.family', "Family", required=True, ondelete='RESTRICT')
    product = fields.Many2One(
        'product.product', "Product", ondelete='RESTRICT',
        domain=[
            If(Bool(Eval('family')),
                ('template.family', '=', Eval('family', -1)), ()),
            ],
        help="Empty: the goods are known by their family only.")
    note = fields.Char("What It Is")

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_indexes.add(
            Index(table,
                (table.code, Index.Equality(cardinality='high')),
                (table.branch, Index.Equality())))

    @property
    def goods(self):
        "The product that the barcode stands for"
        return self.product or self.family.product

    @classmethod
    @without_check_access
    def find(cls, branch, code: str):
        "What *branch* knows of *code*, or None"
        found = cls.search([
                ('branch', '=', branch.id),
                ('code', '=', code),
                ], order=[('id', 'DESC')], limit=1)
        return found[0] if found else None

    @classmethod
    @without_check_access
    def remember(cls, codes: Iterable[tuple]) -> list:
        """Remember barcodes that are not known yet.

        Two tills may learn the same one at once; that stops neither.

        :param codes: (``aid.branch``, barcode, ``aid.family``)
        :return: the new records
        """
        wanted = {
            (branch.id, code): family.id for branch, code, family in codes
            if branch and code and family}
        if not wanted:
            return []
        known = {
            (r.branch.id, r.code) for r in cls.search([
                    ('branch', 'in', [b for b, _ in wanted]),
                    ('code', 'in', [c for _, c in wanted]),
                    ])}
        return cls.create([
                {'branch': branch, 'code': code, 'family': family}
                for (branch, code), family in wanted.items()
                if (branch, code) not in known])


class LabelLayout(BranchRuleMixin, ModelSQL, ModelView):
    """How the scales of a branch or of its shops write their labels.

    Dated, for the network or a branch; those of the branch are tried first.
    """
    __name__ = 'aid.label.layout'
    _rule_key = ('prefix',)
    _rec_name = 'prefix'

    prefix = fields.Char(
        "Begins With", required=True,
        help="The first digits, 20 to 29, with more of them where a shop "
        "uses one prefix for several layouts.")
    value = fields.Selection([
            ('weight', "Weight (kg)"),
            ('price', "Price"),
            ], "Holds", required=True, sort=False)
    value_digits = fields.Integer(
        "Digits", required=True,
        domain=[('value_digits', '>=', 3), ('value_digits', '<=', 6)],
        help="Of the weight or price, before the check digit.")
    decimals = fields.Integer(
        "Decimals", required=True,
        domain=[('decimals', '>=', 0), ('decimals', '<=', 4)])

    @staticmethod
    def default_value() -> str:
        return 'weight'

    @staticmethod
    def default_value_digits() -> int:
        return 5

    @staticmethod
    def default_decimals() -> int:
        return 3

    @classmethod
    @without_check_access
    def read_label(cls, branch, number: str, date: dt.date):
        """What the in-store *number* says at *branch*.

        :return: an ``in_store.Label``
        """
        lineage = list(branch.lineage)
        records = cls.search([
                *cls.valid_domain(date),
                ['OR', ('branch', '=', None), ('branch', 'in', lineage)],
                ], order=[('valid_from', 'DESC NULLS LAST'), ('id', 'DESC')])
        nearest = {id_: -i for i, id_ in enumerate(lineage, 1)}
        records.sort(key=lambda r: (
                nearest[r.branch.id] if r.branch else 0, -len(r.prefix)))
        return in_store.read(number, [
                in_store.Layout(
                    r.prefix, r.value, r.value_digits, r.decimals)
                for r in records])


def label_of(code: str, branch, date: dt.date):
    """What is remembered, or worth remembering, of the scanned *code*.

    :return: an ``in_store.Label`` whose key is what `BranchBarcode` keeps,
        or None for something that is no barcode
    """
    Layout = Pool().get('aid.label.layout')
    try:
        read = gs1.read(code)
    except ValueError:
        return None
    if read.in_store:
        return Layout.read_label(branch, read.in_store, date)
    if read.gtin:
        return in_store.Label(read.gtin, weight_kg=read.weight_kg)
    return None
