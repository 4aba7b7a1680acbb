"""分案, 接收, 移交, 回避, 保密: who holds a case. Every row that carries the holder moves with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from cases import conversions
from cases.holder import move
from cases.models import Access, Case, Node
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach, may
from cases.routing import ACTION, team_facts
from cases.snapshot import Locked, lock_case
from cases.states import OPEN_STATES, CaseState
from courts.models import Unit, User
from events.models import Event
from kernel.errors import BadInput, Conflict, NotAllowed, WrongState
from kernel.time import today


def assign_case(
    *,
    case_id: int,
    owner: User,
    team: Unit | None,
    actor: User,
    at: dt.datetime,
    key: str,
    on: dt.date | None = None,
) -> Event:
    """分案: give a filed case to a handler. Parties are told by the rules' pushes.

    Raises NotAllowed, BadInput (not of this court, inactive, recused), WrongState (closed, or a guard of the rules).
    """
    with transaction.atomic(durable=True):
        return _assign(case_id, owner, team, actor, at, key, on=on)


def assign_seen(
    *, case_id: int, seen_version: int, owner: User, team: Unit | None, actor: User, at: dt.datetime, key: str
) -> Event:
    """分案 of one case as it was seen, within the caller's transaction. Raises Conflict when it has changed since."""
    return _assign(case_id, owner, team, actor, at, key, seen_version=seen_version)


def hand_over_cases(
    *,
    case_ids: Sequence[int],
    owner: User,
    team: Unit | None,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> list[Event]:
    """移交: give one or many open cases to another handler, all or none, locked in the order of their ids."""
    if not reason.strip():
        raise BadInput(_("没有填写移交理由。"), field="reason", fix=_("例如 岗位调整。"))
    with transaction.atomic(durable=True):
        return [
            _hand_over(case_id, owner, team, reason, actor, at, f"{key}:{case_id}")
            for case_id in sorted(set(case_ids))
        ]


def hand_over_seen(
    *,
    case_id: int,
    seen_version: int,
    owner: User,
    team: Unit | None,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """移交 of one case as it was seen, within the caller's transaction. Raises Conflict when it has changed since."""
    return _hand_over(case_id, owner, team, reason, actor, at, key, seen_version=seen_version)


def recuse(
    *, case_id: int, owner: User, team: Unit | None, reason: str, actor: User, at: dt.datetime, key: str
) -> Event:
    """回避: take the case from a handler who must withdraw; that person may not get it back."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.handed_over", data={"to": owner.pk})) is not None:
            return event
        may(actor, "assign", "W", _("决定回避"))
        in_reach(locked, actor)
        if not reason.strip():
            raise BadInput(_("没有填写回避理由。"), field="reason", fix=_("写明回避事由。"))
        withdrawn = locked.case.owner_id
        if withdrawn is None or withdrawn == owner.pk:
            raise BadInput(_("请另选承办人。"), field="owner", fix=_("回避的人不能继续承办。"))
        recused = [*locked.facts.get(locked.root, {}).get("recused", []), withdrawn]
        return change_holder(
            locked, owner, team, reason, actor, at, key, facts=[(locked.root, "recused", recused)]
        )


def seal_case(*, case_id: int, sealed: bool, reason: str, actor: User, at: dt.datetime, key: str) -> Event:
    """保密: from now on only the handler and people let in by name see the case."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.sealed", data={"sealed": sealed})) is not None:
            return event
        may(actor, "assign", "W", _("设定保密"))
        in_reach(locked, actor)
        if not reason.strip():
            raise BadInput(_("没有填写理由。"), field="reason", fix=_("写明保密依据。"))
        locked.case.sealed = sealed
        act = Act(
            kind="case.sealed", key=key, on=today(at), data={"sealed": sealed, "reason": reason}, quiet=True
        )
        event = perform(locked, act, actor=actor, at=at)
        if sealed:
            Access.objects.get_or_create(user=actor, case=locked.case, side="staff")
            actor.read_scope_anew()
        return event


def let_in(*, case_id: int, user: User, actor: User, at: dt.datetime, key: str) -> Event:
    """Let a colleague into a sealed case by name."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.let_in", data={"user": user.pk})) is not None:
            return event
        if actor.pk != locked.case.owner_id:
            may(actor, "assign", "W", _("授权查看保密案件"))
        Access.objects.get_or_create(user=user, case=locked.case, side="staff")
        user.read_scope_anew()
        return perform(
            locked,
            Act(kind="case.let_in", key=key, on=today(at), data={"user": user.pk}, quiet=True),
            actor=actor,
            at=at,
        )


def check_receiver(locked: Locked, owner: User, team: Unit | None) -> None:
    """The new handler works in this court, is active and has not been recused. Raises BadInput."""
    court_id = locked.case.court_id
    if owner.court_id != court_id or not owner.is_active or owner.kind != User.Kind.STAFF:
        raise BadInput(_("%s不是本院在岗人员。") % owner, field="owner", fix=_("从本院人员中选择。"))
    if not owner.scope.has("handler"):
        raise BadInput(_("%s没有承办人角色。") % owner, field="owner", fix=_("请系统管理员先任命为承办人。"))
    if team is not None and team.court_id != court_id:
        raise BadInput(_("%s不是本院团队。") % team, field="team", fix=_("从本院团队中选择。"))
    if owner.pk in locked.facts.get(locked.root, {}).get("recused", []):
        raise BadInput(_("%s已从本案回避。") % owner, field="owner", fix=_("请另选承办人。"))


def open_node(locked: Locked, kind: str, subject: int | None = None) -> Node | None:
    """The open node of a kind about a subject (default the case), or None."""
    about = subject or locked.root
    return next(
        (n for n in locked.nodes.values() if n.kind == kind and n.subject_id == about and n.state == "open"),
        None,
    )


def reopened(locked: Locked, kind: str, subject: int | None = None) -> list[Node]:
    """The done nodes of a kind about a subject (default the case), open again; the act writes them."""
    about = subject or locked.root
    nodes = [
        n for n in locked.nodes.values() if n.kind == kind and n.subject_id == about and n.state == "done"
    ]
    for node in nodes:
        node.reopen()
        node.version += 1
    return nodes


def lightest(cases: Sequence[tuple[int, int]]) -> int | None:
    """The handler with the fewest open cases: (user id, open cases); ties go to the lower id."""
    return min(cases, key=lambda pair: (pair[1], pair[0]))[0] if cases else None


def loads(court_id: int, on: dt.date) -> list[tuple[int, int]]:
    """(handler, open cases) of everyone who may be given cases in a court, for assignment by load."""
    return loads_of([court_id], on)[court_id]


def loads_of(court_ids: Collection[int], on: dt.date) -> dict[int, list[tuple[int, int]]]:
    """The same of several courts, by court. Two queries."""
    handlers = (
        User.objects.filter(
            court_id__in=court_ids, is_active=True, appointments__role="handler", appointments__since__lte=on
        )
        .exclude(appointments__role="handler", appointments__until__lt=on)
        .distinct()
        .values_list("pk", "court_id")
    )
    courts = dict(handlers)
    held = Case.objects.filter(owner_id__in=courts, state__in=OPEN_STATES).order_by()
    counted = dict(held.values_list("owner_id").annotate(n=Count("pk")))
    found: dict[int, list[tuple[int, int]]] = {court: [] for court in court_ids}
    for pk, court in sorted(courts.items()):
        found[court].append((pk, counted.get(pk, 0)))
    return found


def _assign(
    case_id: int,
    owner: User,
    team: Unit | None,
    actor: User,
    at: dt.datetime,
    key: str,
    *,
    on: dt.date | None = None,
    seen_version: int | None = None,
) -> Event:
    locked = lock_case(case_id=case_id, key=key, user=actor)
    if (event := known(locked, kind="case.assigned", data={"owner": owner.pk})) is not None:
        return event
    may(actor, "assign", "W", _("分案"))
    in_reach(locked, actor)
    if locked.case.state not in (CaseState.FILED, CaseState.ASSIGNED):
        raise WrongState(
            _("案件%s，不能再分案。") % locked.case.get_state_display(), fix=_("换承办人请用移交。")
        )
    _check_seen(locked, seen_version, _("分案"))
    check_receiver(locked, owner, team)
    day = on or today(at)
    check_day(locked, day, at)
    teams = team_facts(locked, team, day)
    warnings = guard(locked, ("assign_handler", ACTION), {"handler_post": owner.post, **teams})
    locked.case.assign(owner, team)
    move(locked.case)
    act = Act(
        kind="case.assigned",
        key=key,
        on=day,
        happened=[("case_assigned", locked.root)],
        facts=[(locked.root, "handler_post", owner.post), *kind_of_team(locked, team)],
        node=open_node(locked, "assignment"),
        papers=["acceptance_notice"],
        data={"owner": owner.pk, "team": team and team.pk},
        warnings=warnings,
        quiet=locked.case.imported and day < today(locked.case.created_at),
    )
    return perform(locked, act, actor=actor, at=at)


def _check_seen(locked: Locked, seen_version: int | None, doing: str) -> None:
    if seen_version not in (None, locked.case.version):
        raise Conflict(
            _("%(number)s在选定后被改动过，本次没有%(doing)s。")
            % {"number": locked.case.number, "doing": doing},
            code="CASE-VERSION",
            fix=_("回到清单重新选择。"),
        )


def _hand_over(
    case_id: int,
    owner: User,
    team: Unit | None,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
    *,
    seen_version: int | None = None,
) -> Event:
    locked = lock_case(case_id=case_id, key=key, user=actor)
    if (event := known(locked, kind="case.handed_over", data={"to": owner.pk})) is not None:
        return event
    allowed = actor.scope.may("assign", "W") or actor.scope.may("handover", "W")
    if not allowed:
        raise NotAllowed(_("您没有移交案件的权限。"), fix=_("请团队长或指挥中心办理。"))
    in_reach(locked, actor)
    _check_seen(locked, seen_version, _("移交"))
    return change_holder(locked, owner, team, reason, actor, at, key)


def change_holder(
    locked: Locked,
    owner: User,
    team: Unit | None,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
    facts: Sequence[tuple[int, str, object]] = (),
    files: str = "",
) -> Event:
    """Move a locked case to another handler and team; ends a conversion that waits for this. Raises BadInput, WrongState.

    files: what was handed over with it.
    """
    case = locked.case
    if not case.is_open:
        raise WrongState(_("%s已结案，不能移交。") % case.number, fix=_("从选择中去掉这一件。"))
    locked.facts.setdefault(locked.root, {}).update({name: value for _s, name, value in facts})
    check_receiver(locked, owner, team)
    teams = team_facts(locked, team, today(at))
    warnings = guard(locked, ("assign_handler", ACTION), {"handler_post": owner.post, **teams})
    before, left = case.owner_id, case.team_id
    case.owner, case.team = owner, team
    move(case)
    act = Act(
        kind="case.handed_over",
        key=key,
        on=today(at),
        facts=[*facts, (locked.root, "handler_post", owner.post), *kind_of_team(locked, team)],
        data={"from": before, "to": owner.pk, "team": team and team.pk, "reason": reason},
        warnings=warnings,
    )
    conversions.settle(locked, act, owner=owner, team=team, before=left, files=files)
    return perform(locked, act, actor=actor, at=at)


def kind_of_team(locked: Locked, team: Unit | None) -> list[tuple[int, str, object]]:
    """The kind of the team that has the case from now on, for rules that ask; None where it has none."""
    return [(locked.root, "team_kind", (team.function if team is not None else "") or None)]
