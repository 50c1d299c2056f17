"""What somebody finds on the screen after signing in."""
from __future__ import annotations

import datetime as dt

from trytond.model import fields
from trytond.pool import PoolMeta


class Role(metaclass=PoolMeta):
    __name__ = 'res.role'

    home = fields.Many2One(
        'ir.action.act_window', "First Screen", ondelete='SET NULL',
        help="What opens when somebody with this role signs in, unless they "
        "have chosen otherwise in their preferences.")


class User(metaclass=PoolMeta):
    __name__ = 'res.user'

    @classmethod
    def _get_preferences(cls, user, context_only: bool = False) -> dict:
        preferences = super()._get_preferences(
            user, context_only=context_only)
        if not context_only and not preferences.get('actions'):
            preferences['actions'] = cls._home_actions(user)
        return preferences

    @classmethod
    def _home_actions(cls, user) -> list[int]:
        "The first screen of the first of the user's roles that has one"
        now = dt.datetime.now()
        for user_role in user.roles:
            home = user_role.role.home
            if home and user_role.valid(now):
                return [home.action.id]
        return []
