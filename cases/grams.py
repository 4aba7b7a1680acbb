"""Finding a part of a short text by index: Chinese names have two or three characters, too few for trigrams.

`name_grams` is a function of the database (cases migration 0006): the single characters and pairs of a text, in
upper case.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayContains
from django.db.models import F, Func, Q, TextField, Value

LONGEST = 2
"""Characters of a gram."""


class NameGrams(Func):
    """name_grams(text) -> text[]."""

    function = "name_grams"
    output_field = ArrayField(TextField())


def contains(column: str, text: str) -> Q:
    """What `column__icontains` finds, by an index on NameGrams(column) first. text: not empty."""
    has_all = ArrayContains(NameGrams(F(column)), NameGrams(Value(text)))
    if len(text) <= LONGEST:
        # The text is a gram itself: a second condition would only halve what the planner expects.
        return Q(has_all)
    return Q(has_all) & Q(**{f"{column}__icontains": text})
