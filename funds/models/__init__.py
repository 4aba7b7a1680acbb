"""Books and their lines, receipts, payees, payouts, bank statements."""

from funds.models.allocations import Allocation, Allotment
from funds.models.books import Balance, Book, Journal, Line
from funds.models.claimtime import ClaimReminder, MonthEnd
from funds.models.instructions import Instruction, PaymentBatch, ReturnFile
from funds.models.payees import TAIL, Payee, PayeeAccount
from funds.models.payoutpapers import PayoutSlip, PayoutTalk
from funds.models.payouts import Payout
from funds.models.receipts import Receipt
from funds.models.revolving import TopUp
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
from funds.models.vouchers import Voucher, VoucherPrint, VoucherSeries

__all__ = [
    "Allocation",
    "Allotment",
    "Balance",
    "BankAccount",
    "Book",
    "Claim",
    "ClaimReminder",
    "Journal",
    "Instruction",
    "Line",
    "MonthEnd",
    "Payee",
    "PayeeAccount",
    "PaymentBatch",
    "Payout",
    "PayoutSlip",
    "PayoutTalk",
    "Proposal",
    "Receipt",
    "Recovery",
    "ReturnFile",
    "StagedLine",
    "Statement",
    "StatementHeading",
    "StatementLine",
    "SubAccount",
    "TAIL",
    "TopUp",
    "Trace",
    "Transfer",
    "Voucher",
    "VoucherPrint",
    "VoucherSeries",
]
