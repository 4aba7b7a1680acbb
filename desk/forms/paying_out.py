"""The form of 按分配提请发放."""

from __future__ import annotations

from typing import ClassVar

from desk.forms.money import TalkForm


class AllocatedForm(TalkForm):
    """按分配提请发放: amounts and accounts come from the decision and the registration; only the talk is to be told."""

    verb_fields: ClassVar = {"communication_record": "record"}
