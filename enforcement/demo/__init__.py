"""The demo: an invented city with three basic courts and three years of cases, made by the verbs at moved clock times."""
