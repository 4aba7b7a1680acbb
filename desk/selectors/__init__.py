"""What the pages of the desk read: one dataclass a screen, a fixed number of queries."""
