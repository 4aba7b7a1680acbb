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
from funds.models.transfers import Recovery, Trace, Transfer

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
    "Recovery",
    "StagedLine",
    "Statement",
    "StatementHeading",
    "StatementLine",
    "SubAccount",
    "TAIL",
    "Trace",
    "Transfer",
]
