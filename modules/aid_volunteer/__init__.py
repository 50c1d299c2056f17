"""Volunteers: people, shifts, hours; and pages without an account."""
from . import routes

__all__ = [routes]
