"""Messages about a recall: they name the product, never the aid.

Whoever reads over a shoulder learns that a product is recalled, as anybody
who ever shopped does. No name of ours, no word of a grocery stands in them.
"""
from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch.messages import compose, deliver, in_language_of
from aid_branch.moment import this_second

from .household import by_household

#: Messages of one run: what is left waits for the next
AT_ONCE = 200


class RecallHousehold(metaclass=PoolMeta):
    __name__ = 'aid.recall.household'

    @classmethod
    @without_check_access
    def tell(cls) -> None:
        "Send what is to be told by e-mail; each household gets one message"
        tasks = cls.search([
                ('recall.state', '=', 'open'),
                ('channel', '=', 'email'),
                ('state', '=', 'to_tell'),
                ], order=[('problem', 'ASC NULLS FIRST'), ('id', 'ASC')],
            limit=AT_ONCE)
        sent, failed = _send(tasks)
        cls.write(sent, {
                'state': 'told', 'told_at': this_second(), 'problem': None})
        cls.write(failed, {'problem': gettext('aid_recall.msg_not_sent')})

    @classmethod
    @without_check_access
    def remind(cls) -> None:
        """Ask again whoever was told and did not answer.

        Whoever is called stands on the list of those to call again.
        """
        pool = Pool()
        Rule = pool.get('aid.recall.rule')
        rule = Rule.at(pool.get('ir.date').today())
        if not rule:
            return
        before = this_second() - dt.timedelta(days=rule.remind_after)
        tasks = cls.search([
                ('recall.state', '=', 'open'),
                ('state', '=', 'told'),
                ('told_at', '<=', before),
                ['OR',
                    ('reminded_at', '=', None),
                    ('reminded_at', '<=', before),
                    ],
                ('reminders', '<', rule.reminders),
                ], limit=AT_ONCE)
        sent, _ = _send([t for t in tasks if t.channel == 'email'])
        to_call = [t for t in tasks if t.channel in {'sms', 'phone'}]
        for task in [*sent, *to_call]:
            task.reminders += 1
            task.reminded_at = this_second()
        for task in to_call:
            task.state = 'to_tell'
        cls.save([*sent, *to_call])


class Task(metaclass=PoolMeta):
    __name__ = 'aid.recall.task'

    @classmethod
    @without_check_access
    def remind(cls) -> None:
        "Write to the branches that have not put the goods aside"
        pool = Pool()
        Rule = pool.get('aid.recall.rule')
        rule = Rule.at(pool.get('ir.date').today())
        if not rule:
            return
        before = this_second() - dt.timedelta(hours=rule.task_hours)
        tasks = cls.search([
                ('recall.state', '=', 'open'),
                ('state', '=', 'open'),
                ('recall.opened_at', '<=', before),
                ['OR',
                    ('reminded_at', '=', None),
                    ('reminded_at', '<=', before),
                    ],
                ], limit=AT_ONCE)
        messages = []
        for task in tasks:
            if address := task.branch.party.email:
                with in_language_of(task.branch):
                    messages.append((task, _message(
                                address,
                                gettext('aid_recall.msg_task_subject',
                                    recall=task.recall.name),
                                gettext('aid_recall.msg_task_reminder',
                                    recall=task.recall.name,
                                    branch=task.branch.name))))
        deliver(messages)
        # Those without an address stand on the list all the same
        cls.write(tasks, {'reminded_at': this_second()})


def message_of(tasks) -> EmailMessage:
    "What the household of *tasks*, all of one recall, is told"
    task = tasks[0]
    recall, branch = task.recall, task.branch
    with in_language_of(branch):
        said = [
            gettext('aid_recall.msg_told_greeting'),
            gettext(
                'aid_recall.msg_told_product', product=recall.name),
            recall.reason and gettext(
                'aid_recall.msg_told_reason', reason=recall.reason),
            recall.risk and gettext(
                'aid_recall.msg_told_risk', risk=recall.risk),
            gettext(
                'aid_recall.msg_told_advice', advice=recall.said_advice()),
            recall.notice and recall.notice.url,
            branch.party.phone and gettext(
                'aid_recall.msg_told_phone', phone=branch.party.phone),
            ]
        return _message(
            task.household.email,
            gettext('aid_recall.msg_told_subject', product=recall.name),
            '\n\n'.join(filter(None, said)))


def _message(to: str, subject: str, text: str) -> EmailMessage:
    return compose(to, subject, text, 'recall')


def _send(tasks) -> tuple[list, list]:
    """Send one message for each household and recall of *tasks*.

    :return: tasks whose message left, and those whose message did not
    """
    messages, unknown = [], []
    for group in by_household(tasks).values():
        if group[0].household.email and not group[0].household.erased_on:
            messages.append((group, message_of(group)))
        else:
            unknown += group
    failed = [id(group) for group in deliver(messages)]
    sent = [
        t for group, _ in messages if id(group) not in failed for t in group]
    return sent, unknown + [
        t for group, _ in messages if id(group) in failed for t in group]
