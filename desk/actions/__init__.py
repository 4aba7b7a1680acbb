"""Verbs of the desk's own rows: what a person keeps for themselves or their team."""
