import datetime as dt

from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction

from aid_branch.tests.network import create_network, create_user
from aid_household.tests.families import as_user
from aid_volunteer.exceptions import (
    DuplicateVolunteerWarning, HoursError, MergeError, ShiftClosedError,
    ShiftValidationError, SignupError, VolunteerValidationError)
from aid_volunteer.merge import merge, references

from .people import TODAY, create_mission, create_shift, create_volunteer

EXTRAS = []
