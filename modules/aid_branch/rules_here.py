"""Which rules hold at a branch, and who set them."""
from __future__ import annotations

from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.transaction import Transaction, check_access
from trytond.wizard import Button, StateView, Wizard

from .dated import RuleMixin

# What every dated rule has, and what Tryton adds to any record
_COMMON = {
    'id', 'create_date', 'create_uid', 'write_date', 'write_uid', 'rec_name',
    'last_modified_at', 'last_modified_by',
    'branch', 'valid_from', 'valid_to', 'source', 'active', 'sequence'}


class RulesHere(Wizard):
    "The rules of this branch"
    __name__ = 'aid.branch.rules'

    start = StateView(
        'aid.branch.rules.start', 'aid_branch.rules_here_start_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_start(self, fields) -> dict:
        Branch = Pool().get('aid.branch')
        branch = None
        if self.model and self.model.__name__ == 'aid.branch':
            branch = self.record
        elif id_ := Transaction().context.get('branch'):
            branch = Branch(id_)
        if not branch:
            return {}
        return {'branch': branch.id, 'lines': rules_of(branch)}


class RulesHereStart(ModelView):
    "A branch, and what holds there today"
    __name__ = 'aid.branch.rules.start'

    branch = fields.Many2One('aid.branch', "Branch", required=True)
    lines = fields.One2Many(
        'aid.branch.rules.line', None, "Rules", readonly=True)

    @fields.depends('branch')
    def on_change_with_lines(self) -> list[dict]:
        return rules_of(self.branch) if self.branch else []


class RulesHereLine(ModelView):
    "One value of a rule, and who set it"
    __name__ = 'aid.branch.rules.line'

    rule = fields.Char("Rule", readonly=True)
    name = fields.Char("What", readonly=True)
    value = fields.Char("Value", readonly=True)
    set_by = fields.Char(
        "Set By", readonly=True,
        help="The network, or the branch whose value it is.")
    since = fields.Date("Since", readonly=True)
    source = fields.Char("Source", readonly=True)


def rules_of(branch) -> list[dict]:
    """The value of every dated rule that holds at *branch* today.

    One question for each kind of rule, whatever the number of branches. Kinds
    that the user may not read are left out.

    :return: values of ``aid.branch.rules.line``
    """
    ModelAccess = Pool().get('ir.model.access')
    today = branch.today()
    lines = []
    for name, model in sorted(Pool().iterobject()):
        if not (issubclass(model, RuleMixin) and issubclass(model, ModelSQL)):
            continue
        with check_access():
            if not ModelAccess.check(name, 'read', raise_exception=False):
                continue
        for record in model.applying(branch, today):
            lines += _lines(record)
    return lines


def _lines(record) -> list[dict]:
    model = record.__class__
    title = model.__names__()['model']
    of = ', '.join(
        _said(record, name) for name in model._rule_key)
    labels = model.fields_get()
    return [{
            'rule': f'{title} — {of}' if of else title,
            'name': labels[name]['string'],
            'value': said,
            'set_by': set_by(record),
            'since': record.valid_from,
            'source': record.source,
            } for name, field in model._fields.items()
        if name not in _COMMON and name not in model._rule_key
        and name in labels and field.sql_type()
        and (said := _said(record, name))]


def set_by(record) -> str:
    "Who set the value of a dated *record*: the network or a branch"
    branch = getattr(record, 'branch', None)
    return branch.rec_name if branch else gettext('aid_branch.msg_network')


def _said(record, name: str) -> str:
    "The value of a field in the language of the user; empty for none"
    lang = Pool().get('ir.lang').get()
    value = getattr(record, name)
    kind = record._fields[name]._type
    if value is None or value == '':
        return ''
    if kind == 'boolean':
        return gettext(
            'aid_branch.msg_yes' if value else 'aid_branch.msg_no')
    if kind == 'selection':
        selection = record.fields_get([name])[name]['selection']
        if isinstance(selection, str):
            return str(value)
        return dict(selection).get(value, str(value))
    if kind in {'many2one', 'reference'}:
        return value.rec_name
    if kind == 'date':
        return lang.strftime(value)
    if isinstance(value, (float, Decimal)):
        return lang.format_number(value)
    return str(value)


def holding(rules) -> dict[int, str | None]:
    """What to say on the form of each of *rules* about the branch at hand.

    :param rules: records of one ``RuleMixin``
    :return: whether the value holds today at the current branch of the user
        or, if not, whose does; None without a branch or a value
    """
    pool = Pool()
    Branch = pool.get('aid.branch')
    lang = pool.get('ir.lang').get()
    branch_id = Transaction().context.get('branch')
    if not rules or not branch_id:
        return {rule.id: None for rule in rules}
    branch, model = Branch(branch_id), rules[0].__class__
    applied = {
        _key(rule): rule
        for rule in model.applying(branch, branch.today())}
    result = {}
    for rule in rules:
        holds = applied.get(_key(rule))
        if not holds:
            result[rule.id] = None
        elif holds == rule:
            result[rule.id] = gettext(
                'aid_branch.msg_rule_holds', branch=branch.rec_name,
                set_by=set_by(rule))
        else:
            result[rule.id] = gettext(
                'aid_branch.msg_rule_other_holds', branch=branch.rec_name,
                set_by=set_by(holds),
                since=lang.strftime(holds.valid_from)
                if holds.valid_from else '…')
    return result


def _key(rule) -> tuple:
    return tuple(getattr(rule, name) for name in rule._rule_key)
