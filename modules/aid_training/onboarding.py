"""The one page that newcomers read at the door, on a phone or on paper.

Three minutes: hygiene, dignity, confidentiality. It names nobody, so anybody
may open it.
"""
from __future__ import annotations

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

from aid_branch.code_picture import picture
from aid_branch.paper import PaperReport
from aid_volunteer.web_address import web_address

from .exceptions import CardError

#: In the order in which they are read
TOPICS = [
    ('how', "How It Works"),
    ('hygiene', "Hygiene"),
    ('dignity', "Dignity"),
    ('confidentiality', "Confidentiality"),
    ]
LABELS = ['minutes', 'phone', 'thanks', 'unknown']


class Card(DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    """What somebody reads who begins in a role.

    Whoever has read it has the course, which needs no session.
    """
    __name__ = 'aid.course.card'

    name = fields.Char("Name", required=True, translate=True)
    code = fields.Char(
        "Code", required=True,
        help="Stands in the address of the page: small letters and digits.")
    course = fields.Many2One(
        'aid.course', "Course", required=True, ondelete='RESTRICT',
        help="What somebody has who read it.")
    welcome = fields.Text("Welcome", translate=True)
    points = fields.One2Many('aid.course.card.point', 'card', "Points")
    mission_kinds = fields.Many2Many(
        'aid.course.card-aid.mission.kind', 'card', 'kind', "Missions",
        help="Proposed to whoever comes to one of these.")
    address = fields.Function(fields.Char("Address"), 'get_address')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ('code_unique', Unique(table, table.code),
                'aid_training.msg_card_code_unique'))

    @classmethod
    def get_address(cls, cards, name: str) -> dict:
        return {c.id: web_address('card', c.code) for c in cards}

    @classmethod
    def validate_fields(cls, cards, field_names) -> None:
        super().validate_fields(cards, field_names)
        if field_names and 'code' not in field_names:
            return
        for card in cards:
            if not card.code.isalnum() or card.code != card.code.lower():
                raise CardError(gettext(
                        'aid_training.msg_card_code', card=card.rec_name,
                        code=card.code))

    @classmethod
    def of_kind(cls, kind):
        "The card of a kind of mission, or None"
        found = cls.search([('mission_kinds', 'in', [kind.id])], limit=1)
        return found[0] if found else None

    @classmethod
    @without_check_access
    def told(cls, code: str) -> dict | None:
        "What the page of *code* says, None where there is no such card"
        found = cls.search([('code', '=', code.lower())], limit=1)
        return found[0].says() if found else None

    def says(self) -> dict:
        "Its texts in the language at hand, by topic"
        words = dict(self.points[0].fields_get(['topic'])[
                'topic']['selection']) if self.points else {}
        return {
            'name': self.name,
            'welcome': self.welcome or '',
            'topics': [
                (topic, words[topic], [
                        p.text for p in self.points if p.topic == topic])
                for topic, _ in TOPICS
                if any(p.topic == topic for p in self.points)],
            'labels': self.labels(),
            }

    @staticmethod
    def labels() -> dict[str, str]:
        "What stands on every card"
        return {
            name: gettext(f'aid_training.msg_card_{name}')
            for name in LABELS}

    @classmethod
    @without_check_access
    def read_by(cls, card, volunteer) -> None:
        "*volunteer* has read *card*, as whoever ticks it saw"
        Certificate = Pool().get('aid.certificate')
        today = volunteer.branch.today()
        if not Certificate.search([
                    ('volunteer', '=', volunteer.id),
                    ('course', '=', card.course.id),
                    *Certificate.valid_domain(today),
                    ], limit=1):
            Certificate.create([{
                        'volunteer': volunteer.id,
                        'course': card.course.id,
                        'obtained_on': today,
                        'source': 'paper',
                        }])


class CardPoint(sequence_ordered(), ModelSQL, ModelView):
    "One thing to know, in one or two sentences"
    __name__ = 'aid.course.card.point'

    card = fields.Many2One(
        'aid.course.card', "Card", required=True, ondelete='CASCADE')
    topic = fields.Selection(TOPICS, "Topic", required=True, sort=False)
    text = fields.Text("Text", required=True, translate=True)

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('card')

    def get_rec_name(self, name: str) -> str:
        return self.text.splitlines()[0]

    @classmethod
    def search_rec_name(cls, name: str, clause) -> list:
        return [('text', *clause[1:])]


class CardMissionKind(ModelSQL):
    "A kind of mission for which a card is read"
    __name__ = 'aid.course.card-aid.mission.kind'

    card = fields.Many2One(
        'aid.course.card', "Card", required=True, ondelete='CASCADE')
    kind = fields.Many2One(
        'aid.mission.kind', "Kind", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls.__access__.add('card')


class CardPaper(PaperReport, Report):
    "The card as a sheet to hang up or to hand over"
    __name__ = 'aid.course.card.paper'

    @classmethod
    def get_context(cls, records, header, data) -> dict:
        context = super().get_context(records, header, data)
        context['cards'] = [
            {**card.says(), 'address': card.address} for card in records]
        context['picture'] = picture
        return context
