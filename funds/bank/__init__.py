"""The way to the bank: what it must be able to do, and two ways of speaking to it. Nothing here knows the database."""

from funds.bank.contract import Answer, Bank, Order, Result

__all__ = ["Answer", "Bank", "Order", "Result"]
