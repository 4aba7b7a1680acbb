"""Books and their lines, receipts, payees, payouts, bank statements."""

from funds.models.allocations import Allocation
from funds.models.books import Balance, Book, Journal, Line
from funds.models.instructions import Instruction, PaymentBatch, ReturnFile
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
    "Allocation",
    "Balance",
    "BankAccount",
    "Book",
    "Claim",
    "Journal",
    "Instruction",
    "Line",
    "Payee",
    "PayeeAccount",
    "PaymentBatch",
    "Payout",
    "Proposal",
    "Receipt",
    "ReturnFile",
    "StagedLine",
    "Statement",
    "StatementHeading",
    "StatementLine",
    "SubAccount",
    "TAIL",
]
