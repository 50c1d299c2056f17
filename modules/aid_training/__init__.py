"""Courses, sessions, certificates, and which post needs them."""
from . import routes  # noqa: F401
