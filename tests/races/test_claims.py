"""Two members of a group claim one node at the same moment: one has it, the other hears whose it is."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 12
