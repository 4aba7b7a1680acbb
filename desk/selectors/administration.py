"""What the pages 系统设置 show: people, units, roles, texts of the courts that a person administers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet

from courts.actions.organising import missing_in
from courts.administering import administered, people_of
from courts.models import Appointment, Court, Membership, StaffImport, Unit, User
from courts.organisations import Need
from kernel.keyset import Segment, page
from notices.models import Template
from notices.topics import Topic, topics

SHOWN = 50


@dataclass(frozen=True, slots=True)
class AskedPeople:
    """The conditions of the list of people."""

    text: str = ""
    court: int | None = None
    role: str = ""
    state: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """One page of people."""

    asked: AskedPeople
    rows: Sequence[User]
    courts: Sequence[tuple[int, str]]
    next: str = ""
    prev: str = ""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit, how many belong to it today, what it lacks."""

    unit: Unit
    people: int
    missing: Sequence[Need] = field(default_factory=tuple)


def court_choices(user: User) -> list[tuple[int, str]]:
    """The administered courts, the upper one first. One query beyond the scope."""
    rank = {Court.Level.PROVINCE: 0, Court.Level.INTERMEDIATE: 1, Court.Level.BASIC: 2}
    found = administered(user).order_by("code").values_list("pk", "name", "level")
    return [(pk, name) for pk, name, level in sorted(found, key=lambda row: rank[row[2]])]


def people(user: User, asked: AskedPeople, day: dt.date) -> People:
    """A page of the staff that the person looks after, by the initials of their names. Five queries beyond the scope."""
    rows = _with_posts(people_of(user), day)
    if asked.court:
        rows = rows.filter(court=asked.court)
    if asked.role:
        rows = rows.filter(
            Q(appointments__until=None) | Q(appointments__until__gte=day), appointments__role=asked.role
        ).distinct()
    if asked.state:
        rows = rows.filter(is_active=asked.state == "on")
    if asked.text:
        text = asked.text
        rows = rows.filter(
            Q(full_name__icontains=text)
            | Q(username__istartswith=text)
            | Q(initials__startswith=text.lower())
        )
    found = page(
        [Segment("people", rows, ("initials", "pk"))], after=asked.after, before=asked.before, size=SHOWN
    )
    return People(asked, [row for _name, row in found.rows], court_choices(user), found.next, found.prev)


def visible_people(user: User) -> QuerySet[User]:
    """Whom the person may open."""
    return people_of(user).select_related("court", "authenticator")


def _with_posts(rows: QuerySet[User], day: dt.date) -> QuerySet[User]:
    now = (Q(until=None) | Q(until__gte=day)) & Q(since__lte=day)
    return rows.select_related("court", "authenticator").prefetch_related(
        Prefetch("memberships", Membership.objects.filter(now).select_related("unit"), to_attr="units_now"),
        Prefetch(
            "appointments", Appointment.objects.filter(now).order_by("since", "pk"), to_attr="roles_now"
        ),
    )


def units_of(court: Court | None) -> list[tuple[int, str]]:
    """The units of a court that are not closed."""
    return list(Unit.objects.filter(court=court, until=None).order_by("name").values_list("pk", "name"))


def unit_lines(user: User, day: dt.date) -> dict[str, list[UnitLine]]:
    """Court -> its units. What is missing is asked only of units that are not open yet."""
    now = Q(memberships__until=None) | Q(memberships__until__gte=day)
    rows = (
        Unit.objects.filter(court__in=administered(user))
        .select_related("court", "parent")
        .annotate(people=Count("memberships", filter=now & Q(memberships__user__is_active=True)))
        .order_by("court__code", "until", "kind", "pk")
    )
    found: dict[str, list[UnitLine]] = {}
    for unit in rows:
        missing = missing_in(unit, day) if unit.since is None and unit.people else []
        found.setdefault(unit.court.name, []).append(UnitLine(unit, unit.people, tuple(missing)))
    return found


def visible_units(user: User) -> QuerySet[Unit]:
    """Units of the administered courts."""
    return Unit.objects.filter(court__in=administered(user)).select_related("court")


def holders_by_role(user: User, day: dt.date) -> Counter[str]:
    """Role -> how many hold it in the administered courts today."""
    now = (Q(until=None) | Q(until__gte=day)) & Q(since__lte=day)
    rows = Appointment.objects.filter(now, court__in=administered(user), user__is_active=True)
    return Counter(rows.values_list("role", flat=True))


def staff_imports(user: User) -> QuerySet[StaffImport]:
    """The imports of the administered courts, the newest first."""
    return (
        StaffImport.objects.filter(court__in=administered(user))
        .select_related("court", "asked_by")
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class TextLine:
    """A text that readers of one kind get for one topic. own: the court's own; preset: what stands for all courts."""

    topic: Topic
    audience: str
    own: Template | None
    preset: Template | None

    @property
    def text(self) -> str:
        """What is sent, "" where nothing is."""
        found = self.own or self.preset
        return found.text if found else ""


def texts(court_id: int) -> list[TextLine]:
    """Every topic and audience that has a text, in the order of the declaration. One query."""
    rows = Template.objects.filter(Q(court=court_id) | Q(court=None), active=True)
    by_place = {(row.topic, row.audience, row.court_id): row for row in rows}
    found = []
    for topic in topics().values():
        audiences = dict.fromkeys([*topic.texts, *(a for t, a, _court in by_place if t == topic.code)])
        for audience in audiences:
            own = by_place.get((topic.code, audience, court_id))
            found.append(TextLine(topic, audience, own, by_place.get((topic.code, audience, None))))
    return found
