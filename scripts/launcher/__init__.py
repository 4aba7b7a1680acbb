"""The launcher.

Starts, tests and saves the system on a machine that has only Python. Standard library only.
"""
