"""Numbers of papers: the first paper of a case bears the case number, the next ones 之一, 之二 ...

Source: 最高人民法院 人民法院民事裁判文书制作规范, 案号: of several papers in one case, from the second on a
tail is added.
"""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from documents.models import Paper
from documents.wording import ordinal as in_chinese
from kernel.errors import Conflict

MOST = 99


def next_ordinal(court_id: int, case_number: str) -> int:
    """0 for the first numbered paper of the case, 1 for the second ...; voided papers keep theirs.

    Two writers at once would get the same: the caller holds the case's lock, and a constraint stands behind
    it. Raises Conflict when all numbers up to 之九十九 are used.
    """
    papers = Paper.objects.filter(court_id=court_id, case_number=case_number, ordinal__isnull=False)
    last: int | None = papers.aggregate(last=Max("ordinal"))["last"]
    return checked(after(last))


def after(last: int | None) -> int:
    """The ordinal that follows the last one given out."""
    return 0 if last is None else last + 1


def checked(ordinal: int) -> int:
    """The ordinal, if there is a number for it. Raises Conflict."""
    if ordinal > MOST:
        raise Conflict(
            _("本案文书编号已用到“之九十九”"), code="PAPER-NUMBERS", fix=_("请联系系统管理员核对本案的文书")
        )
    return ordinal


def number_of(case_number: str, ordinal: int) -> str:
    """（2023）鄂9903执12号, then （2023）鄂9903执12号之一, 之二 ..."""
    return f"{case_number}之{in_chinese(ordinal)}" if ordinal else case_number
