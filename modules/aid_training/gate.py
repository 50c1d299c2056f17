"""The gate: who may hold a post, and what a shift lacks.

Whoever does not have the certificate that a shift needs, accepted on its
date, is flagged or refused, as the need says. What depends on the shift as a
whole (one of it, one for so many) keeps its last places where it refuses.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

from aid_branch.slices import slices
from aid_volunteer.places import COMING

from . import staffing


@dataclass
class Lack:
    """What a shift lacks of one need.

    :ivar need: an ``aid.mission.need``
    :ivar missing: how many more people should have it
    :ivar without: those who come without it, as ids of volunteers
    :ivar full: whether no place is left for those who are missing
    """
    need: Any
    missing: int
    without: list[int] = field(default_factory=list)
    full: bool = False

    def words(self, names: dict[int, str]) -> str:
        "One line for the officer"
        need = self.need
        if need.who == 'each':
            return gettext(
                'aid_training.msg_lacks_each', course=need.course.rec_name,
                people=', '.join(names[id_] for id_ in self.without))
        return gettext(
            f'aid_training.msg_lacks_{need.who}',
            course=need.course.rec_name, missing=self.missing,
            per=need.per or 1)


class Holders:
    "Which of some volunteers hold what, asked in two questions"

    def __init__(self, volunteers: set[int], courses: set[int]) -> None:
        pool = Pool()
        CountsFor = pool.get('aid.course-counts_for')
        Certificate = pool.get('aid.certificate')
        self.counts = {course: {course} for course in courses}
        for row in CountsFor.search([('other', 'in', list(courses))]):
            self.counts[row.other.id].add(row.course.id)
        self.certificates = defaultdict(list)
        for certificate in Certificate.search([
                    ('volunteer', 'in', list(volunteers)),
                    ('course', 'in', list(set().union(
                                *self.counts.values()))),
                    ]):
            self.certificates[
                certificate.volunteer.id, certificate.course.id].append(
                certificate)

    def has(
            self, volunteer: int, course: int, date, beside=None) -> bool:
        """Whether it is accepted on *date* that the volunteer has the course.

        :param beside: a certificate that does not count
        """
        return any(
            certificate != beside and certificate.holds_on(date)
            for one in self.counts[course]
            for certificate in self.certificates.get((volunteer, one), []))


def to_come() -> list:
    "Domain of the shifts that the gate still watches"
    return [
        ('state', '!=', 'closed'),
        ('date', '>=', Pool().get('ir.date').today()),
        ]


@without_check_access
def lacks(shifts, signups=()) -> dict[int, list[Lack]]:
    """Shift id to what is lacking, in at most five questions for all.

    :param signups: sign-ups to look at beside those that are known to come;
        who waits among them changes no count
    """
    pool = Pool()
    Need = pool.get('aid.mission.need')
    Signup = pool.get('aid.shift.signup')
    needs = Need.of_missions({s.mission for s in shifts})
    shifts = {s.id: s for s in shifts if needs.get(s.mission.id)}
    if not shifts:
        return {}
    coming, asked = defaultdict(set), defaultdict(set)
    known = Signup.search([
            ('shift', 'in', list(shifts)), ('state', 'in', COMING)])
    for signup in [*known, *signups]:
        by_shift = coming if signup.state in COMING else asked
        by_shift[signup.shift.id].add(signup.volunteer.id)
    everybody = set().union(*coming.values(), *asked.values())
    wanted = [n for s in shifts.values() for n in needs[s.mission.id]]
    holders = Holders(everybody, {n.course.id for n in wanted})
    new = (
        _newcomers(everybody) if any(n.who == 'newcomer' for n in wanted)
        else set())
    return {
        id_: list(_of_shift(
                shift, needs[shift.mission.id], coming[id_], asked[id_],
                holders, new))
        for id_, shift in shifts.items()}


def _of_shift(
        shift, needs, coming: set[int], asked: set[int], holders: Holders,
        new: set[int]) -> Iterator[Lack]:
    newcomers = len(coming & new)
    for need in needs:
        trained = {
            p for p in coming | asked
            if holders.has(p, need.course.id, shift.date)
            and not (need.who == 'newcomer' and p in new)}
        without = (coming | asked) - trained
        counts = (need.who, need.per, len(coming), len(coming & trained))
        missing = staffing.lacking(*counts, newcomers=newcomers)
        if missing or need.who == 'each' and without:
            yield Lack(
                need, missing, sorted(without), staffing.keeps_place(
                    *counts, places=shift.headcount, newcomers=newcomers))


def _newcomers(volunteers: set[int]) -> set[int]:
    "Those who were never there before"
    Signup = Pool().get('aid.shift.signup')
    there = Signup.search([
            ('volunteer', 'in', list(volunteers)),
            ('state', '=', 'present')])
    return volunteers - {s.volunteer.id for s in there}


def refused(signups) -> dict:
    """Sign-up to the ``aid.mission.need`` for which the gate refuses it.

    Who waits must have what each person needs; that the last places of a
    shift are kept is asked when one gets free.
    """
    found = lacks({s.shift for s in signups}, signups)
    result = {}
    for signup in signups:
        for lack in found.get(signup.shift.id, []):
            if (lack.need.gate == 'refuse'
                    and signup.volunteer.id in lack.without
                    and (lack.need.who == 'each'
                        or lack.full and signup.state == 'coming')):
                result[signup] = lack.need
                break
    return result


def said(signup, need) -> str:
    "Why *need* refuses *signup*, and where the certificate can be had"
    shift = signup.shift
    lang = Pool().get('ir.lang').get()
    words = gettext(
        'aid_training.msg_refused_each' if need.who == 'each'
        else 'aid_training.msg_refused_place',
        volunteer=signup.volunteer.rec_name, course=need.course.rec_name,
        date=lang.strftime(shift.date), shift=shift.rec_name)
    where = need.course.proposed_session(shift.branch, shift.date)
    return ' '.join(filter(None, [words, where]))


@without_check_access
def hold(shifts) -> None:
    """Look at *shifts* again after certificates or needs changed.

    Whoever lacks now what each person needs loses the place where the gate
    refuses; it goes to whoever waits. The others are flagged.
    """
    Signup = Pool().get('aid.shift.signup')
    for some in slices(shifts):
        lost = defaultdict(list)
        signups = Signup.search([
                ('shift', 'in', [s.id for s in some]),
                ('state', '=', 'coming')])
        for signup, need in refused(signups).items():
            if need.who == 'each':
                lost[need.course].append(signup)
        for course, signups in lost.items():
            Signup.lose_place(signups, course)
        look_again(some)


@without_check_access
def hold_volunteers(volunteers) -> None:
    "The same, for all shifts that *volunteers* have signed up for"
    Signup = Pool().get('aid.shift.signup')
    signups = Signup.search([
            ('volunteer', 'in', [v.id for v in volunteers]),
            ('state', '=', 'coming'),
            *((f'shift.{name}', *clause) for name, *clause in to_come()),
            ])
    hold({s.shift for s in signups})


@without_check_access
def look_again(shifts) -> None:
    "Flag those of *shifts* that lack somebody, and no others"
    Shift = Pool().get('aid.shift')
    for some in slices(shifts):
        found = lacks(some)
        changed = {True: [], False: []}
        for shift in some:
            lacking = bool(found.get(shift.id))
            if shift.lacking != lacking:
                changed[lacking].append(shift)
        for lacking, those in changed.items():
            if those:
                Shift.write(those, {'lacking': lacking})
