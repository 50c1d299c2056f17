"""A recall that comes of a notice."""
from __future__ import annotations

from trytond.model import ModelView
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.wizard import StateAction, Wizard

from aid_branch.named import visible

from . import opening
from .notice import OPEN


class Notice(metaclass=PoolMeta):
    __name__ = 'aid.recall.notice'

    @classmethod
    def __setup__(cls) -> None:
        super().__setup__()
        cls._buttons.update({
                'recall': {
                    'invisible': ~Eval('state').in_([*OPEN, 'recalled']),
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button_action('aid_recall.wizard_notice_recall')
    def recall(cls, notices) -> None:
        "Propose a recall of the lots it is about, or show the one there is"

    @classmethod
    def compare(cls, notices) -> None:
        "What turns up once a recall is open is shown to head office"
        Recall = Pool().get('aid.recall')
        super().compare(notices)
        opening.look_again(Recall.search([
                    ('notice', 'in', [n.id for n in notices]),
                    ('state', '=', 'open'),
                    ]))


class FromNotice(Wizard):
    "Begin the recall that a notice asks for"
    __name__ = 'aid.recall.from_notice'

    start_state = 'open_'
    open_ = StateAction('aid_recall.act_recall_opened')

    def do_open_(self, action) -> tuple[dict, dict]:
        Recall = Pool().get('aid.recall')
        notice, = visible([self.record])
        recalls = Recall.search([
                ('notice', '=', notice.id),
                ('state', 'not in', ['closed', 'withdrawn']),
                ], limit=1)
        if not recalls:
            recall = Recall(notice=notice)
            for name in ['name', 'reason', 'risk', 'advice']:
                setattr(recall, name, None)
            recall.on_change_notice()
            recall.save()
            Recall.propose([recall])
            recalls = [recall]
        return action, {'res_id': [recalls[0].id]}
