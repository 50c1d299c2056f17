"""What the public pages of shifts say, and what their buttons do.

Nobody is signed in here: each page shows what its key is for and no more. It
names the mission, the place and the time, never a person.
"""
from __future__ import annotations

from collections.abc import Mapping

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

from . import visitor
from .exceptions import SwapError
from .page import Box, Card, Choice, Page, Press


class Wrong(Exception):
    "What was sent cannot be taken; the text says what to put right"


def say(name: str, **values) -> str:
    "A text of these pages in the reader's language"
    return gettext(f'aid_volunteer.msg_page_{name}', **values)


class CallPage:
    "The page of the poster of a call: anybody may sign up"

    def __init__(self, call) -> None:
        self.call = call

    def page(
            self, said: str | None = None, wrong: str | None = None,
            form: Mapping = {}) -> Page:
        shifts = self.call.proposed
        if not shifts:
            return over(self.call.branch)
        if said:
            return _page(
                self.call.branch, say('thanks'), said=say('thanks_newcomer'))
        return _page(
            self.call.branch, say('title_call'), words=self.call.words,
            wrong=wrong, trap=say('trap'),
            cards=tuple(
                _card(s, choices=(Choice(
                            'comes', say('i_come'), ticked=(
                                len(shifts) == 1
                                or _name(s) in form)),))
                for s in shifts),
            boxes=(
                Box('first_name', say('first_name'), complete='given-name',
                    value=form.get('first_name', ''), required=True),
                Box('reached', say('reached'), say('reached_why'),
                    value=form.get('reached', ''), required=True),
                ),
            presses=(Press('sign_up', say('sign_up')),),
            foot=say('foot_call'))

    def press(self, form: Mapping) -> str:
        """Sign up whoever wrote the *form*.

        :return: what to say of it
        :raises Wrong: nobody could be signed up by it
        """
        Answer = Pool().get('aid.shift.call.answer')
        # Only a robot fills in what nobody sees; it learns nothing
        if form.get('website'):
            return 'done'
        who = visitor.read(form.get('first_name'), form.get('reached'))
        if not who:
            raise Wrong(say('wrong_visitor'))
        shifts = [s for s in self.call.proposed if _name(s) in form]
        if not shifts:
            raise Wrong(say('wrong_no_shift'))
        if Answer.take_newcomer(self.call, who, shifts) is None:
            raise Wrong(say('wrong_too_many'))
        return 'done'


class MessagePage:
    "The page behind the link of a message: one volunteer, one matter"

    def __init__(self, message) -> None:
        self.message = message
        self.volunteer = message.volunteer

    def page(
            self, said: str | None = None, wrong: str | None = None,
            form: Mapping = {}) -> Page:
        if said:
            said = say(said)
        if self.message.call:
            return self._call_page(said, wrong, form)
        signup = self.message.signup
        if signup.shift.state != 'open':
            return over(self.message.branch)
        if self.message.kind == 'offer':
            return self._offer_page(said, wrong)
        if signup.volunteer != self.volunteer:
            return over(self.message.branch)
        return self._place_page(said, wrong)

    def _call_page(self, said, wrong, form: Mapping) -> Page:
        shifts = self.message.call.proposed
        if not shifts:
            return over(self.message.branch)
        standing = self._standing(shifts)
        return _page(
            self.message.branch, say('title_call'), said=said, wrong=wrong,
            words=None if said else self.message.call.words,
            cards=tuple(
                _card(s, standing=standing.get(s, (None, None))[0],
                    choices=_choices(
                        form.get(_name(s)) or standing.get(
                            s, (None, None))[1]))
                for s in shifts),
            boxes=(
                Box('guest', say('guest'), say('guest_why'),
                    value=form.get('guest', '')),
                Box('guest_reached', say('guest_reached'),
                    value=form.get('guest_reached', '')),
                ),
            presses=(Press('answer', say('send')),),
            foot=say('foot_private'))

    def _standing(self, shifts) -> dict:
        "Shift to what the volunteer is told of it, and what it answered"
        pool = Pool()
        Answer = pool.get('aid.shift.call.answer')
        Signup = pool.get('aid.shift.signup')
        ids = [s.id for s in shifts]
        result = {}
        brings = {a.shift for a in Answer.search([
                    ('call', '=', self.message.call.id),
                    ('brought_by', '=', self.volunteer.id)])}
        for answer in Answer.search([
                    ('call', '=', self.message.call.id),
                    ('shift', 'in', ids),
                    ('volunteer', '=', self.volunteer.id)]):
            if answer.answer == 'cannot':
                result[answer.shift] = say('standing_cannot'), 'cannot'
            elif answer.problem:
                result[answer.shift] = say('standing_problem'), 'comes'
        for signup in Signup.search([
                    ('shift', 'in', ids),
                    ('volunteer', '=', self.volunteer.id),
                    ('state', 'in', ['coming', 'waiting'])]):
            result[signup.shift] = (
                say(f'standing_{signup.state}'),
                'brings' if signup.shift in brings else 'comes')
        return result

    def _place_page(self, said, wrong) -> Page:
        signup = self.message.signup
        presses: tuple[Press, ...] = ()
        if signup.offered_at:
            standing = say('standing_offered')
            presses = (
                Press('keep', say('keep')),
                Press('cancel', say('cancel'), quiet=True))
        elif signup.state == 'coming':
            standing = say('standing_coming')
            presses = (
                Press('offer', say('offer'), quiet=True),
                Press('cancel', say('cancel'), quiet=True))
        elif signup.state == 'waiting':
            standing = say('standing_waiting')
            presses = (Press('cancel', say('cancel'), quiet=True),)
        else:
            standing = say('standing_not_coming')
            presses = (Press('come_back', say('come_back'), quiet=True),)
        return _page(
            self.message.branch, say('title_place'), said=said, wrong=wrong,
            cards=(_card(signup.shift, standing),),
            words=(say('offer_why') if signup.state == 'coming'
                and not signup.offered_at else None),
            presses=presses, foot=say('foot_private'))

    def _offer_page(self, said, wrong) -> Page:
        signup = self.message.signup
        there = bool(signup.offered_at) and signup.state == 'coming'
        return _page(
            self.message.branch, say('title_offer'), said=said, wrong=wrong,
            words=None if said else say(
                'offer_there' if there else 'offer_gone'),
            cards=(_card(signup.shift),),
            presses=(Press('take', say('take')),) if there else (),
            foot=say('foot_private'))

    def press(self, form: Mapping) -> str:
        """Do what the button of *form* stands for, if it stands there.

        :return: what to say of it
        :raises Wrong: it cannot be done
        """
        press = form.get('press')
        if press not in {p.value for p in self.page().presses}:
            raise Wrong(say('wrong_late'))
        return getattr(self, f'_press_{press}')(form)

    def _press_answer(self, form: Mapping) -> str:
        Answer = Pool().get('aid.shift.call.answer')
        given = {
            s: form[_name(s)] for s in self.message.call.proposed
            if form.get(_name(s)) in {'comes', 'brings', 'cannot'}}
        if not given:
            raise Wrong(say('wrong_no_answer'))
        Answer.take(
            self.message.call, self.volunteer, given,
            self._guest(form) if 'brings' in given.values() else None)
        return 'said_answered'

    def _guest(self, form: Mapping) -> visitor.Visitor:
        "Whom the volunteer brings; it may be reached by the volunteer"
        name = ' '.join((form.get('guest') or '').split())
        if not visitor.is_name(name):
            raise Wrong(say('wrong_guest'))
        if not (form.get('guest_reached') or '').strip():
            return visitor.Visitor(name)
        guest = visitor.read(name, form.get('guest_reached'))
        if not guest:
            raise Wrong(say('wrong_visitor'))
        return guest

    def _press_offer(self, form: Mapping) -> str:
        signup = self.message.signup
        signup.__class__.offer([signup])
        # Somebody who waited may have it already
        return (
            'said_offered' if signup.__class__(signup.id).state == 'coming'
            else 'said_given')

    def _press_keep(self, form: Mapping) -> str:
        signup = self.message.signup
        signup.__class__.keep([signup])
        return 'said_kept'

    def _press_cancel(self, form: Mapping) -> str:
        signup = self.message.signup
        signup.__class__.cancel([signup])
        return 'said_cancelled'

    def _press_come_back(self, form: Mapping) -> str:
        signup = self.message.signup
        Signup = signup.__class__
        wanted = Signup(
            shift=signup.shift, volunteer=self.volunteer, state='coming')
        if Signup.refusals([wanted]):
            raise Wrong(say('wrong_refused'))
        Signup.sign_up(signup.shift, [self.volunteer])
        return f'standing_{Signup(signup.id).state}'

    def _press_take(self, form: Mapping) -> str:
        signup = self.message.signup
        Signup = signup.__class__
        wanted = Signup(
            shift=signup.shift, volunteer=self.volunteer, state='coming')
        if Signup.refusals([wanted]):
            raise Wrong(say('wrong_refused'))
        try:
            Signup.take_over(signup, self.volunteer)
        except SwapError:
            raise Wrong(say('wrong_refused')) from None
        return 'said_taken'


def over(branch) -> Page:
    "The page of a call or a place that is no more"
    return _page(branch, say('title_over'), words=say('over'))


def gone() -> Page:
    """The page of a link that opens nothing, or nothing any more.

    Which of the two is told to nobody.
    """
    return Page(
        lang=Transaction().language, who='', title=say('title_over'),
        words=say('over'))


def _page(branch, title: str, **more) -> Page:
    foot = more.pop('foot', None)
    phone = branch.party.phone
    reached = phone and say('foot_phone', phone=phone)
    return Page(
        lang=Transaction().language, who=branch.name, title=title,
        foot='\n'.join(filter(None, [foot, reached])) or None, **more)


def _card(
        shift, standing: str | None = None,
        choices: tuple[Choice, ...] = ()) -> Card:
    "A shift; how many are needed is for those who may still say yes"
    needed = (
        say('needed'), str(shift.free) if shift.free else say('full'))
    return Card(
        name=_name(shift), title=shift.mission.name, standing=standing,
        choices=choices,
        facts=(
            (say('date'), shift.day_in_words()),
            (say('hours'), gettext('aid_volunteer.msg_from_to',
                    start=f'{shift.from_time:%H:%M}',
                    end=f'{shift.to_time:%H:%M}')),
            (say('place'), shift.where()),
            *([needed] if choices else []),
            ))


def _choices(given: str | None) -> tuple[Choice, ...]:
    return tuple(
        Choice(answer, say(f'answer_{answer}'), ticked=answer == given)
        for answer in ['comes', 'brings', 'cannot'])


def _name(shift) -> str:
    return f'shift{shift.id}'
