"""The form of 按分配提请发放."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from desk.forms.act_form import ActForm
from desk.forms.fields import long_text


class AllocatedForm(ActForm):
    """按分配提请发放: amounts and accounts come from the decision and the registration; only the talk is to be told."""

    record = long_text(
        label=_("沟通记录"),
        required=False,
        help_text=_("何时、以何种方式、与谁沟通、结果如何；超过十万元的必须填写"),
    )

    verb_fields: ClassVar = {"communication_record": "record"}
