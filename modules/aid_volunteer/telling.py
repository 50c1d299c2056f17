"""What volunteers are told by e-mail, each with a private link.

What is to be told stands in a record and leaves by the cron job, so that
nobody waits for a mail server, and nobody is told twice.
"""
from __future__ import annotations

import datetime as dt

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from aid_branch import messages as mail
from aid_branch.moment import this_second
from aid_branch.slices import slices

from . import likeness
from .private_key import PrivateKeyMixin, hashed, new_key
from .web_address import web_address

#: Messages of one run: what is left waits for the next
AT_ONCE = 200
#: What needs no answer, hence has no link
WITHOUT_LINK = {'taken_over', 'called_off'}


class Message(PrivateKeyMixin, ModelSQL, ModelView):
    """Something a volunteer is told by e-mail.

    Its link opens one page, of this message, until the shift is over.
    """
    __name__ = 'aid.volunteer.message'

    _branch_scope = ('volunteer.branch', 'volunteer.engagements.branch')

    volunteer = fields.Many2One(
        'aid.volunteer', "To", required=True, ondelete='CASCADE',
        readonly=True)
    kind = fields.Selection([
            ('call', "Call for Help"),
            ('reminder', "Reminder"),
            ('offer', "Place Offered"),
            ('given', "Place Taken Over"),
            ('taken_over', "Place Given Away"),
            ('moved_up', "Place Got by Waiting"),
            ('called_off', "Shift Cancelled"),
            ], "About", required=True, readonly=True, sort=False)
    call = fields.Many2One(
        'aid.shift.call', "Call", readonly=True, ondelete='CASCADE')
    signup = fields.Many2One(
        'aid.shift.signup', "Place", readonly=True, ondelete='CASCADE')
    state = fields.Selection([
            ('to_send', "To Send"),
            ('sent', "Sent"),
            ('late', "Came Too Late"),
            ], "State", required=True, readonly=True, sort=False)
    sent_at = fields.DateTime("Sent", readonly=True)
    problem = fields.Char("Problem", readonly=True)
    valid_until = fields.DateTime(
        "Link Ends", required=True, readonly=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._order = [('id', 'DESC')]
        cls._sql_indexes.update({
                Index(table, (table.volunteer, Index.Equality())),
                Index(table, (table.call, Index.Equality())),
                Index(table, (table.signup, Index.Equality())),
                Index(table, (table.valid_until, Index.Range())),
                Index(table, (table.state, Index.Equality()),
                    where=table.state == 'to_send'),
                })

    @staticmethod
    def default_state() -> str:
        return 'to_send'

    def get_rec_name(self, name: str) -> str:
        return self.volunteer.rec_name

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('volunteer.rec_name', *clause[1:])]

    @classmethod
    @without_check_access
    def prepare(cls, kind: str, about: list[dict]) -> list:
        """What is to be told, in bulk; who has no e-mail is passed over.

        :param about: ``volunteer`` with ``call`` or ``signup``, as records
        """
        to_create = [{
                'kind': kind,
                'valid_until': (
                    a['call'].until if a.get('call')
                    else a['signup'].shift.end),
                **{name: record.id for name, record in a.items()},
                } for a in about if likeness.email_key(a['volunteer'].email)]
        return [
            message for some in slices(to_create)
            for message in cls.create(some)]

    @classmethod
    def of_key(cls, key: str):
        "The message whose link *key* is, or None; no link outlives a shift"
        message = super().of_key(key)
        if message and message.valid_until > dt.datetime.now():
            return message
        return None

    @property
    def branch(self):
        return self.call.branch if self.call else self.signup.shift.branch

    @classmethod
    @without_check_access
    def tell(cls) -> None:
        "The cron job: remind whoever is to be, and send what waits"
        cls.remind()
        now = this_second()
        cls.write(cls.search([
                    ('state', '=', 'to_send'), ('valid_until', '<=', now),
                    ], limit=AT_ONCE), {'state': 'late'})
        messages = cls.search([
                ('state', '=', 'to_send'),
                ('volunteer.email', '!=', None),
                ], order=[('problem', 'ASC NULLS FIRST'), ('id', 'ASC')],
            limit=AT_ONCE)
        keys = {m: new_key() for m in messages}
        failed = mail.deliver([(m, m._mail(keys[m])) for m in messages])
        to_write: list = []
        for message in messages:
            to_write += [[message], {
                    'problem': gettext('aid_volunteer.msg_not_sent'),
                    } if message in failed else {
                    'problem': None,
                    'state': 'sent',
                    'sent_at': now,
                    'key_hash': hashed(keys[message]),
                    }]
        if to_write:
            cls.write(*to_write)

    @classmethod
    @without_check_access
    def remind(cls) -> None:
        """Prepare the reminders that are due, each once.

        How long before the shift is said by the rule of its branch.
        """
        pool = Pool()
        Signup = pool.get('aid.shift.signup')
        Rule = pool.get('aid.volunteer.rule')
        now = this_second()
        longest = max(
            (r.remind_hours for r in Rule.search([])), default=0)
        rules: dict = {}
        due = []
        for signup in Signup.search([
                    ('shift.start', '>', now),
                    ('shift.start', '<=', now + dt.timedelta(hours=longest)),
                    ('shift.state', '=', 'open'),
                    ('state', '=', 'coming'),
                    ('reminded', '=', False),
                    ], limit=AT_ONCE):
            shift = signup.shift
            key = (shift.branch, shift.date)
            if key not in rules:
                rules[key] = Rule.for_branch(*key)
            rule = rules[key]
            if rule and shift.start <= now + dt.timedelta(
                    hours=rule.remind_hours):
                due.append(signup)
        if due:
            cls.prepare('reminder', [
                    {'volunteer': s.volunteer, 'signup': s} for s in due])
            Signup.write(due, {'reminded': True})

    def _mail(self, key: str):
        with mail.in_language_of(self.branch):
            return mail.compose(
                self.volunteer.email, self._subject(), self._text(key),
                'volunteer')

    def _subject(self) -> str:
        shift = self._shifts()[0]
        return gettext(
            f'aid_volunteer.msg_mail_{self.kind}_subject',
            shift=shift.rec_name, branch=self.branch.name)

    def _text(self, key: str) -> str:
        branch = self.branch
        said = [
            gettext('aid_volunteer.msg_mail_greeting',
                first_name=self.volunteer.first_name),
            gettext(f'aid_volunteer.msg_mail_{self.kind}',
                branch=branch.name),
            self.call and self.call.words,
            '\n\n'.join(s.in_words() for s in self._shifts()),
            self.kind not in WITHOUT_LINK and gettext(
                'aid_volunteer.msg_mail_link',
                link=web_address('shift', key)),
            '\n'.join(filter(None, [
                        branch.name, branch.party.phone])),
            ]
        return '\n\n'.join(filter(None, said))

    def _shifts(self) -> list:
        if self.call:
            return self.call.proposed or list(self.call.shifts)
        return [self.signup.shift]

    @classmethod
    @without_check_access
    def forget(cls) -> None:
        """Forget what was told and answered, by the rule for absences.

        Who said no, or nothing, is nobody's business after that.
        """
        pool = Pool()
        Answer = pool.get('aid.shift.call.answer')
        Rule = pool.get('aid.volunteer.rule')
        now = this_second()
        months = [r.absence_months for r in Rule.search([])]
        before = now - dt.timedelta(days=31 * max(months, default=6))
        cls.delete(cls.search([('valid_until', '<', before)], limit=1000))
        Answer.delete(Answer.search([
                    ('answered_at', '<', before)], limit=1000))


class Signup(metaclass=PoolMeta):
    __name__ = 'aid.shift.signup'

    reminded = fields.Boolean("Reminded", readonly=True)

    @classmethod
    def let_in(cls, shift) -> None:
        Message = Pool().get('aid.volunteer.message')
        waiting = cls.search([
                ('shift', '=', shift.id), ('state', '=', 'waiting')])
        super().let_in(shift)
        Message.prepare('moved_up', [
                {'volunteer': s.volunteer, 'signup': s}
                for s in cls.browse(waiting) if s.state == 'coming'])


class Shift(metaclass=PoolMeta):
    __name__ = 'aid.shift'

    def in_words(self) -> str:
        "What, when and where, for whoever is asked or reminded"
        return '\n'.join(filter(None, [
                    self.mission.name,
                    self.day_in_words(),
                    gettext('aid_volunteer.msg_from_to',
                        start=f'{self.from_time:%H:%M}',
                        end=f'{self.to_time:%H:%M}'),
                    self.where(),
                    ]))

    def day_in_words(self) -> str:
        "Its date as people say it, weekday first"
        lang = Pool().get('ir.lang').get()
        day = ' '.join(
            lang.strftime(self.date, f'%A {self.date.day} %B').split())
        # Tryton's French days and months begin with capitals
        return day.lower() if lang.code.startswith('fr') else day

    def where(self) -> str:
        "The place of its mission, else the address of its branch"
        if self.mission.place:
            return self.mission.place
        address = self.mission.branch.address
        if not address:
            return self.mission.branch.name
        return ', '.join(address.full_address.splitlines())

    @classmethod
    def cancel(cls, shifts) -> None:
        pool = Pool()
        Message = pool.get('aid.volunteer.message')
        Signup = pool.get('aid.shift.signup')
        super().cancel(shifts)
        with without_check_access():
            Message.prepare('called_off', [
                    {'volunteer': s.volunteer, 'signup': s}
                    for s in Signup.search([
                            ('shift', 'in', [s.id for s in shifts]),
                            ('shift.state', '=', 'cancelled'),
                            ('shift.end', '>', this_second()),
                            ('state', 'in', ['coming', 'waiting'])])])
