"""Books and their lines, receipts, payees, payouts."""

from funds.models.books import Balance, Book, Journal, Line
from funds.models.payees import TAIL, Payee, PayeeAccount
from funds.models.payouts import Payout
from funds.models.receipts import Receipt

__all__ = ["TAIL", "Balance", "Book", "Journal", "Line", "Payee", "PayeeAccount", "Payout", "Receipt"]
