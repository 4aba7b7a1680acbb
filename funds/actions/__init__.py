"""Verbs of money: receive and identify, register a payee, pay out."""
