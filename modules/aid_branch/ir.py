"""The rule that keeps records to the branches of the user, and languages."""
from __future__ import annotations

from trytond.ir.rule import _get_access_models
from trytond.pool import Pool, PoolMeta

from .below import below
from .lent import LentMixin
from .scope import scope_domain


class Rule(metaclass=PoolMeta):
    """Keeps every model that belongs to a branch to the user's branches.

    The rule is computed from ``_branch_scope`` of the model and of the
    documents it follows by ``__access__``, so that no model can forget it.
    Users in the group *All Branches* have no such rule, rather than a list of
    two thousand ids.
    """
    __name__ = 'ir.rule'

    @classmethod
    def _get_context(cls, model_name: str) -> dict:
        User = Pool().get('res.user')
        context = super()._get_context(model_name)
        context['branches'] = list(User.get_branches())
        return context

    @classmethod
    def _get_cache_key(cls, model_names) -> tuple:
        User = Pool().get('res.user')
        branches = User.get_branches()
        return (
            *super()._get_cache_key(model_names), branches, below(branches))

    @classmethod
    def get(cls, model_name: str, mode: str = 'read'):
        pool = Pool()
        User = pool.get('res.user')
        RuleGroup = pool.get('ir.rule.group')
        ModelData = pool.get('ir.model.data')
        clause, clause_global = super().get(model_name, mode=mode)
        if User.sees_all_branches():
            return clause, clause_global
        branches = User.get_branches()
        domains = []
        names, model2field = _get_access_models(pool.get(model_name))
        for name in sorted(names):
            domain = scope_domain(name, branches, mode)
            if domain is None:
                continue
            if name in model2field:
                domain = ['OR'] + [
                    (path, 'where', domain) for path in model2field[name]]
            domains.append(domain)
        if domains:
            group = RuleGroup(ModelData.get_id(
                    'aid_branch', 'rule_group_branch_scope'))
            clause_global[group] = ['AND', *domains]
        return clause, clause_global


class Translation(metaclass=PoolMeta):
    __name__ = 'ir.translation'

    @classmethod
    def get_ids(cls, name, ttype, lang, ids, cached_after=None):
        """What *ids* are called in *lang*, asked of the database once.

        Tryton asks again each time for whatever was written before it last
        looked for changed caches, which is all that is older than the
        process: a till would ask for the names of its goods at every scan.
        What is remembered is forgotten with any change of a translation.
        """
        if cached_after and cls._translation_cache.sync_since(cached_after):
            cached_after = None
        return super().get_ids(
            name, ttype, lang, ids, cached_after=cached_after)

    @classmethod
    def _clear_cache_for(cls, types, models) -> None:
        super()._clear_cache_for(types, models)
        # Modules are loaded before all their models are there
        there = dict(Pool().iterobject())
        for name in models & there.keys():
            if issubclass(there[name], LentMixin):
                there[name].forget_lent()


class Language(LentMixin, metaclass=PoolMeta):
    "How a language writes dates and numbers"
    __name__ = 'ir.lang'
