"""Benchmarks. Each module in this folder is a sub-command of scripts/bench.

Such a module has a docstring (its help), `add_arguments(parser)` and `run(options) -> list[Figure]`. What several
share stands in bench/ground.
"""
