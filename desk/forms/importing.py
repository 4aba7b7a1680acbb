"""The first step of an import as a form: a file, for one's own court or for one of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.releasing import OnceForm
from kernel.workbooks import MOST_BYTES


class SheetForm(OnceForm):
    """上传一份文件. Each has a field `file`. smaller: what one does about a file that is too large."""

    smaller: Any = _("分成几份上传。")

    def clean_file(self) -> Any:
        """Too large a file is refused before anybody opens it."""
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            size = {"size": given.size // 1024 // 1024}
            raise forms.ValidationError(
                f"{_('文件有 %(size)d MB，太大了；不能超过 20 MB，') % size}{self.smaller}"
            )
        return given


class CourtSheetForm(SheetForm):
    """The same for one of the courts whose matters a person keeps."""

    court = forms.TypedChoiceField(label=_("法院"), coerce=int)

    def __init__(self, *args: Any, courts: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["court"].choices = courts
