"""Who works on petitions, who answers letters, and how they are told."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case
from courts.models import Appointment, User
from courts.scope import roles
from kernel.errors import NotAllowed
from notices import outbox
from notices.outbox import Draft
from petitions.models import Petition


def may_work(actor: User) -> bool:
    """信访专人, the command centre and whoever else has the right (roles.yaml: petition W)."""
    return actor.scope.may("petition", "W")


def require_work(actor: User) -> None:
    """Raises NotAllowed."""
    if not may_work(actor):
        raise NotAllowed(_("您没有办理信访的权限。"), fix=_("由信访专人、执行指挥中心或者案件承办人办理。"))


def takers(case: Case, on: dt.date) -> list[tuple[int, str]]:
    """(id, name) of those who may handle petitions about this case, by name. One query."""
    allowed = [name for name, role in roles().items() if "W" in role["rights"].get("petition", "")]
    held = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on),
        since__lte=on,
        role__in=allowed,
        court_id=case.court_id,
        user__is_active=True,
    )
    people = User.objects.filter(pk__in=held.values("user_id"), kind=User.Kind.STAFF)
    if case.sealed:
        people = people.filter(pk=case.owner_id)
    return list(people.order_by("initials", "pk").values_list("pk", "full_name"))


def takes_petitions(person: User, case: Case) -> bool:
    """Whether this person may take a petition about this case over, and sees the case."""
    return (
        person.is_active
        and person.kind == User.Kind.STAFF
        and may_work(person)
        and Case.objects.visible_to(person).filter(pk=case.pk).exists()
    )


def colleagues(case: Case, on: dt.date) -> list[tuple[int, str]]:
    """(id, name) of those of the court to whom a letter may be handed: who works on cases and sees this one. One query."""
    allowed = [name for name, role in roles().items() if set("WA") & set(role["rights"].get("tasks", ""))]
    seeing = Q(unit_id=case.team_id) | Q(role__in=[r for r in allowed if roles()[r]["sees"] == "court"])
    held = Appointment.objects.filter(
        seeing,
        Q(until__isnull=True) | Q(until__gte=on),
        since__lte=on,
        role__in=allowed,
        court_id=case.court_id,
    )
    people = User.objects.filter(
        Q(pk__in=held.values("user_id")) | Q(pk=case.owner_id), is_active=True, kind=User.Kind.STAFF
    )
    return list(people.order_by("initials", "pk").values_list("pk", "full_name"))


def tell(case: Case, petition: Petition, to: User, words: str, *, at: dt.datetime, key: str) -> None:
    """An in-app notice about a petition; joins the transaction."""
    draft = Draft(
        about=case.about,
        case_id=case.pk,
        court_id=case.court_id,
        team_id=case.team_id,
        owner_id=case.owner_id,
        topic="petition",
        audience="staff",
        key=f"petition:{petition.pk}:{key}:{to.pk}",
        to_user_id=to.pk,
        text=_("%(number)s（%(case)s）%(words)s")
        % {"number": petition.number, "case": case.number, "words": words},
        link=f"/petitions/{petition.pk}/",
        channel="in_app",
    )
    outbox.enqueue([draft], at=at)
