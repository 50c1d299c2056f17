"""What to do about a fault of a file, in words that can be translated.

The command line speaks English. Whoever brings a file to a client reads the
message ``msg_fault_<name>``, which says the same in their language.
"""
from typing import Any

__all__ = ['ADVICE', 'Advice', 'advise']

ADVICE = {
    'missing_column': "this column is missing: add it",
    'unknown_column': "no such column; there are: %(columns)s",
    'not_utf8':
        "is not UTF-8 (see byte %(byte)s): save it again as \"CSV UTF-8\"",
    'empty_file': "is empty",
    'unreadable': "cannot be read: %(error)s",
    'empty': "is empty: fill it in",
    'not_number': "is not a number: write for example 1.25",
    'too_small': "is less than %(minimum)s: correct it",
    'not_whole': "is not a whole number: write for example 3",
    'not_date': "is not a date: write for example 2026-11-30",
    'not_choice': "write one of: %(choices)s",
    'not_boolean': "write yes or no",
    'twice': "stands already on line %(line)s: remove one",
    'no_consent':
        "is empty: constraints are written down at the person's request "
        "only, say on which day",
    'not_birth': "%(text)s is no birth: write years, as 1985|2012",
    'one_day': "is empty: an entitlement has a first and a last day",
    'ends_before': "is before valid_from: correct one",
    'not_entitled': "is needed with this entitlement: fill it in",
    'no_branch':
        "there is no branch with this code: import branches first",
    'no_constraint': "no such constraint; there are: %(kinds)s",
    'other_branch':
        "the household is %(branch)s's: a household changes its branch in "
        "its file",
    'no_family': "no such family",
    'in_the_way':
        "another entitlement holds on some of these days: end it first, or "
        "leave the dates out",
    'not_rappelconso':
        "this column is missing: export all columns of "
        "rappelconso-v2-gtin-espaces",
    'not_json': "is not JSON: export it again",
    'no_notice': "is no notice: export the file again",
    'nobody': "is empty: write the number of a volunteer, or fill in email",
    'ends_before_obtained': "is before obtained_on: correct one",
    'no_volunteer':
        "there is no such volunteer: sign them up first, or correct it",
    'several_volunteers':
        "several volunteers have it: write the number of one in the "
        "column volunteer",
    'no_course': "no such course; there are: %(courses)s",
    'too_young':
        "the volunteer was younger than %(age)s on that day: correct "
        "it, or the birth date",
    }


class Advice(str):
    "A text that knows its *name* and *values*, so that it can be translated"
    name: str
    values: dict[str, Any]


def advise(name: str, **values: Any) -> Advice:
    "The advice called *name*, with *values* in it"
    advice = Advice(ADVICE[name] % values)
    advice.name, advice.values = name, values
    return advice
