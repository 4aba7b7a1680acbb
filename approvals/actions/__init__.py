"""Verbs of approval: ask, assent, refuse, withdraw."""
