"""What the benchmarks share: a database of their own, and the form of a figure."""
