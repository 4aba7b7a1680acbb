"""匹配建议 as rows: written by the floor above, which knows cases; read by the desk. Nothing follows from a proposal."""

from __future__ import annotations

SUB_ACCOUNT, NUMBER, PAYER, AMOUNT = "sub_account", "number", "payer", "amount"
SCORES = {SUB_ACCOUNT: 100, NUMBER: 80, PAYER: 40, AMOUNT: 15}
"""How much each reason says; reasons of one book add up."""
MOST = 9
"""Candidates of a line: one for each of the keys 1 to 9."""
