"""Texts, the outbox, calls to the provider, its receipts, and what is known of numbers."""

from notices.models.messages import Attempt, Message, Receipt
from notices.models.numbers import NumberDay, NumberMark
from notices.models.templates import Template

__all__ = ["Attempt", "Message", "NumberDay", "NumberMark", "Receipt", "Template"]
