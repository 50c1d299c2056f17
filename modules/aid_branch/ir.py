"""The rule that keeps records to branches; languages; who has signed in."""
from __future__ import annotations

import datetime as dt
from secrets import compare_digest

from sql.conditionals import Coalesce

from trytond import backend, config
from trytond.ir.rule import _get_access_models
from trytond.pool import Pool, PoolMeta
from trytond.tools import sqlite_apply_types
from trytond.transaction import Transaction

from .below import below
from .lent import LentMixin, forget_answers
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
            forget_answers(name)
            if issubclass(there[name], LentMixin):
                there[name].forget_lent()


class Language(LentMixin, metaclass=PoolMeta):
    "How a language writes dates and numbers"
    __name__ = 'ir.lang'


class Session(metaclass=PoolMeta):
    """Who has signed in.

    Each call of a client asks whether its session is valid, and is answered
    after that.
    """
    __name__ = 'ir.session'

    @classmethod
    def check(cls, user: int, key: str, domain=None) -> bool | None:
        """Whether *key* is a valid session of *user*, by one question.

        Whatever is to be tidied up or refused is left to Tryton.
        """
        sessions = [] if domain else cls._of_user(user)
        max_age = dt.timedelta(seconds=config.getint('session', 'max_age'))
        now = dt.datetime.now()
        if any(abs(begin - now) >= max_age for _, begin, _ in sessions):
            sessions = []
        # All of them are compared, so that no time tells which one it was
        used = [
            last for found, _, last in sessions if compare_digest(found, key)]
        if not used:
            return super().check(user, key, domain=domain)
        cls._session_reset_cache.set(key, used[0])
        return True

    @classmethod
    def _of_user(
            cls, user: int) -> list[tuple[str, dt.datetime, dt.datetime]]:
        "Key, begin and last use of each session of *user* from this address"
        table = cls.__table__()
        address, _ = Transaction().remote_address()
        query = table.select(
            table.key, table.create_date.as_('begin'),
            Coalesce(table.write_date, table.create_date).as_('last'),
            where=(table.create_uid == user)
            & (Coalesce(table.ip_address, '') == str(address or '')))
        if backend.name == 'sqlite':
            sqlite_apply_types(query, [None, 'DATETIME', 'DATETIME'])
        cursor = Transaction().connection.cursor()
        cursor.execute(*query)
        return cursor.fetchall()
