"""What the pages 国家系统 show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import Difference, NationalExport, NationalList
from courts.models import Court, User
from kernel.keyset import Segment, page

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """The conditions of the list of differences."""

    kind: str = ""
    state: str = "open"
    mine: bool = False
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """One page of differences; counts: kind -> open ones."""

    asked: Asked
    rows: Sequence[Difference]
    counts: Counter[str]
    next: str = ""
    prev: str = ""


def differences(user: User, asked: Asked) -> Differences:
    """Those of the courts that the person keeps in step, the newest first. Two queries beyond the scope."""
    visible = Difference.objects.visible_to(user)
    counts = Counter(visible.filter(state=Difference.State.OPEN).values_list("kind", flat=True))
    rows = visible.select_related("court", "case", "assigned_to")
    if asked.state in Difference.State.values:
        rows = rows.filter(state=asked.state)
    if asked.kind in Difference.Kind.values:
        rows = rows.filter(kind=asked.kind)
    if asked.mine:
        rows = rows.filter(assigned_to=user)
    found = page(
        [Segment("differences", rows, ("-found_on", "-pk"))],
        after=asked.after,
        before=asked.before,
        size=SHOWN,
    )
    return Differences(asked, [row for _name, row in found.rows], counts, found.next, found.prev)


def court_choices(user: User) -> list[tuple[int, str]]:
    """The courts seen whole."""
    return list(Court.objects.filter(pk__in=user.scope.courts).order_by("code").values_list("pk", "name"))


def colleagues(court_id: int) -> list[tuple[int, str]]:
    """Who may be given a difference of a court."""
    people = User.objects.filter(kind=User.Kind.STAFF, is_active=True, court=court_id)
    return list(people.order_by("initials", "pk").values_list("pk", "full_name"))


def lists(user: User) -> list[NationalList]:
    """The newest lists, without their rows."""
    rows = NationalList.objects.visible_to(user).select_related("court", "asked_by").defer("rows")
    return list(rows.order_by("-pk")[:SHOWN])


def exports(user: User) -> list[NationalExport]:
    """The newest exports."""
    return list(
        NationalExport.objects.visible_to(user).select_related("court", "made_by").order_by("-pk")[:SHOWN]
    )
