"""What may go wrong when goods are proposed."""
from trytond.exceptions import UserError


class ProposalError(UserError):
    "Nothing can be proposed, or it cannot be packed"
