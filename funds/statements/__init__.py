"""Bank statements: the file, its columns, its lines, and how they come into the tables."""
