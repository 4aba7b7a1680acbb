"""The money of cases: books that balance, receipts, payees, payouts. Knows no case, only what a book is
about.
"""
