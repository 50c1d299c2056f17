"""What a crate weighs: taken off at the scale by one code."""
from __future__ import annotations

from trytond.model import ModelSQL, ModelView, fields
from trytond.transaction import without_check_access

from aid_branch.dated import BranchRuleMixin


class Tare(BranchRuleMixin, ModelSQL, ModelView):
    "The weight of an empty crate, of the network or of a branch"
    __name__ = 'aid.tare'
    _rule_key = ('code',)

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char("Code", required=True)
    weight = fields.Float(
        "Weight", digits=(None, 3), required=True,
        domain=[('weight', '>', 0)], help="In kilograms.")

    @classmethod
    @without_check_access
    def find(cls, branch, code: str, date):
        "The tare that *code* stands for at *branch* on *date*, or None"
        return cls.for_branch(branch, date, code=code.upper())

    @classmethod
    @without_check_access
    def of_branch(cls, branch, date) -> list:
        "The tares that hold at *branch* on *date*, one for each code"
        return sorted(cls.applying(branch, date), key=lambda t: t.weight)

    @classmethod
    def preprocess_values(cls, mode: str, values: dict) -> dict:
        values = super().preprocess_values(mode, values)
        if values.get('code'):
            values['code'] = values['code'].strip().upper()
        return values
