"""Books and their lines, receipts, payees, payouts, bank statements."""

from funds.models.books import Balance, Book, Journal, Line
from funds.models.claimtime import ClaimReminder, MonthEnd
from funds.models.payees import TAIL, Payee, PayeeAccount
from funds.models.payouts import Payout
from funds.models.receipts import Receipt
from funds.models.statements import (
    BankAccount,
    Claim,
    Proposal,
    StagedLine,
    Statement,
    StatementHeading,
    StatementLine,
    SubAccount,
)

__all__ = [
    "Balance",
    "BankAccount",
    "Book",
    "Claim",
    "ClaimReminder",
    "Journal",
    "Line",
    "MonthEnd",
    "Payee",
    "PayeeAccount",
    "Payout",
    "Proposal",
    "Receipt",
    "StagedLine",
    "Statement",
    "StatementHeading",
    "StatementLine",
    "SubAccount",
    "TAIL",
]
