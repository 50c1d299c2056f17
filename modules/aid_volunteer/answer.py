"""What happens when somebody answers a call on its page.

Whoever asks here has no account, so nothing asks for rights: what may be
read and written is what the key of the page is for, and no more.
"""
from __future__ import annotations

import datetime as dt

from trytond.model import ModelView
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch.moment import this_second
from aid_branch.named import visible

from . import likeness, retention
from .merge import merge
from .visitor import Visitor


class Answer(metaclass=PoolMeta):
    __name__ = 'aid.shift.call.answer'

    @classmethod
    @without_check_access
    def take(
            cls, call, volunteer, given: dict,
            guest: Visitor | None = None) -> list:
        """Write down what *volunteer* answered, and sign it up.

        :param given: shift to ``comes``, ``brings`` or ``cannot``; shifts
            that are not of *call*, or over, are passed over
        :param guest: whom it brings; without a way to reach it, by the
            volunteer
        :return: the answers, those of the guest included
        """
        given = {s: a for s, a in given.items() if s in call.proposed}
        known = {a.shift: a for a in cls.search([
                    ('call', '=', call.id),
                    ('volunteer', '=', volunteer.id)])}
        answers = [
            cls._write_down(
                call, shift, volunteer, answer, known.get(shift))
            for shift, answer in given.items()]
        brings = [s for s, answer in given.items() if answer == 'brings']
        if guest and brings:
            answers += cls._bring(call, volunteer, brings, guest)
        return answers

    @classmethod
    def _write_down(cls, call, shift, volunteer, answer: str, known=None):
        comes = answer != 'cannot'
        values = {
            'answer': 'comes' if comes else 'cannot',
            'answered_at': this_second(),
            'problem': None,
            }
        if comes:
            values['problem'] = cls._sign_up(shift, volunteer)
        else:
            cls._cancel(shift, volunteer)
        if known:
            cls.write([known], values)
            return known
        known, = cls.create([{
                    'call': call.id,
                    'shift': shift.id,
                    'volunteer': volunteer.id,
                    **values,
                    }])
        return known

    @classmethod
    def _sign_up(cls, shift, volunteer) -> str | None:
        "Sign *volunteer* up for *shift*, or say why it cannot be"
        Signup = Pool().get('aid.shift.signup')
        if Signup.search([
                    ('shift', '=', shift.id),
                    ('volunteer', '=', volunteer.id),
                    ('state', '!=', 'cancelled')]):
            return None
        wanted = Signup(shift=shift, volunteer=volunteer, state='coming')
        if refusal := Signup.refusals([wanted]).get(wanted):
            return refusal
        Signup.sign_up(shift, [volunteer])
        return None

    @classmethod
    def _cancel(cls, shift, volunteer) -> None:
        Signup = Pool().get('aid.shift.signup')
        Signup.cancel(Signup.search([
                    ('shift', '=', shift.id),
                    ('volunteer', '=', volunteer.id),
                    ('state', 'in', ['coming', 'waiting'])]))

    @classmethod
    def _bring(cls, call, volunteer, shifts, guest: Visitor) -> list:
        "Sign up whom *volunteer* brings, one person for a shift"
        brought = {a.shift for a in cls.search([
                    ('call', '=', call.id),
                    ('brought_by', '=', volunteer.id)])}
        shifts = [s for s in shifts if s not in brought]
        if not shifts:
            return []
        if not (guest.phone or guest.email):
            guest = Visitor(
                guest.first_name, volunteer.phone, volunteer.email)
        return cls._newcomer(
            call, shifts, guest, {'brought_by': volunteer.id})

    @classmethod
    @without_check_access
    def take_newcomer(cls, call, visitor: Visitor, shifts) -> list | None:
        """Sign up somebody who read the poster of *call*.

        It gets a record of its own, whoever is known already: nobody may
        find out by the poster who is. An officer looks at it. The same
        person twice within the hour is once.

        :return: the answers; None: too many signed up within the hour
        """
        shifts = [s for s in call.proposed if s in shifts]
        lately = cls.search([
                ('call', '=', call.id),
                ('by_poster', '=', True),
                ('answered_at', '>', this_second() - dt.timedelta(hours=1)),
                ])
        same = [a for a in lately if _is_same(a.volunteer, visitor)]
        if same:
            there = {a.shift for a in same}
            return same + [
                cls._new_answer(
                    call, shift, same[0].volunteer, {'by_poster': True})
                for shift in shifts if shift not in there]
        Rule = Pool().get('aid.volunteer.rule')
        rule = Rule.for_branch(call.branch, call.branch.today())
        if rule and len({a.volunteer for a in lately}) >= (
                rule.newcomers_per_hour):
            return None
        return cls._newcomer(call, shifts, visitor, {'by_poster': True})

    @classmethod
    def _newcomer(cls, call, shifts, visitor: Visitor, values: dict) -> list:
        Volunteer = Pool().get('aid.volunteer')
        newcomer, = Volunteer.create([{
                    'branch': call.branch.id,
                    'first_name': visitor.first_name,
                    'phone': visitor.phone,
                    'email': visitor.email,
                    }])
        return [
            cls._new_answer(call, shift, newcomer, values)
            for shift in shifts]

    @classmethod
    def _new_answer(cls, call, shift, newcomer, values: dict):
        newcomer.engage(call.branch, shift.date)
        answer = cls._write_down(call, shift, newcomer, 'comes')
        cls.write([answer], {'to_see': True, **values})
        return answer

    @classmethod
    @ModelView.button
    def look_at(cls, answers) -> None:
        "Somebody of the branch knows by now who they are"
        with without_check_access():
            cls.write(cls.search([
                        ('volunteer', 'in', [
                                a.volunteer.id for a in visible(answers)]),
                        ('to_see', '=', True)]), {'to_see': False})

    @classmethod
    @ModelView.button
    def same(cls, answers) -> None:
        "They are known already: one record of two"
        for answer in visible(answers):
            newcomer, alike = answer.volunteer, answer.alike
            if alike and alike != newcomer:
                cls.look_at([answer])
                merge(alike, newcomer)

    @classmethod
    @ModelView.button
    def nobody(cls, answers) -> None:
        "Nobody stands behind them, or nobody who may come: forget them"
        newcomers = {a.volunteer for a in visible(answers) if a.to_see}
        with without_check_access():
            cls._forget(list(newcomers))

    @classmethod
    def _forget(cls, newcomers) -> None:
        Signup = Pool().get('aid.shift.signup')
        ids = [v.id for v in newcomers]
        Signup.cancel(Signup.search([
                    ('volunteer', 'in', ids),
                    ('state', 'in', ['coming', 'waiting'])]))
        cls.delete(cls.search([('volunteer', 'in', ids)]))
        retention.anonymise(newcomers)


def _is_same(volunteer, visitor: Visitor) -> bool:
    return (
        volunteer.first_name.casefold() == visitor.first_name.casefold()
        and volunteer.phone_key == likeness.phone_key(visitor.phone)
        and volunteer.email_key == likeness.email_key(visitor.email))
