"""The shapes of what a person fills in: each becomes one call of a verb."""
