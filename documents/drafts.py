"""Draft a paper, void a paper. Both join the caller's transaction and take no lock of a case."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from documents import catalogue, compose, numbers
from documents.facts import freeze
from documents.models import Paper
from documents.states import PaperState
from events import log
from events.kick import kick
from events.log import Draft
from kernel import time
from kernel.errors import BadInput, Conflict, NotFound, WrongState


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper that an act calls for: its kind, its key, and what it may print."""

    kind: str
    key: str
    facts: Mapping[str, Any]
    secret_facts: Mapping[str, Any] = field(default_factory=dict, repr=False)


def draft(
    *,
    kind: str,
    about: str,
    case_id: int | None,
    court_id: int,
    team_id: int | None,
    owner_id: int | None,
    facts: Mapping[str, Any],
    secret_facts: Mapping[str, Any] | None = None,
    key: str,
    actor: str,
    at: dt.datetime,
) -> Paper:
    """Freeze a paper's facts and number it; a worker renders it after commit. Joins the caller's transaction.

    facts, secret_facts: see papers.yaml for what each kind needs; dates, Decimals, text and lists are taken.
    The same key with the same input returns the paper that stands. Appends document.drafted to "paper:<id>".
    Raises BadInput naming every missing fact in Chinese, Conflict for a key used for another input.
    """
    _require_transaction()
    wanted = Wanted(kind, key, facts, secret_facts or {})
    if (known := Paper.objects.filter(key=key).first()) is not None:
        return _same(known, about, wanted)
    holder = Holder(about, case_id, Court.objects.get(pk=court_id), team_id, owner_id)
    drafted = draft_new([wanted], holder=holder, last={}, actor=actor, at=at)
    log.begin(drafted.events, actor=actor, at=at, court_id=court_id)
    return drafted.papers[0]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose papers these are. about: "case:12"."""

    about: str
    case_id: int | None
    court: Court
    team_id: int | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """New papers, and the first events of their streams, which the caller writes with its own."""

    papers: Sequence[Paper] = ()
    events: Sequence[tuple[str, Draft]] = ()


def draft_new(
    wanted: Sequence[Wanted],
    *,
    holder: Holder,
    last: Mapping[str, int | None],
    actor: str,
    at: dt.datetime,
) -> Drafted:
    """The papers of one act, in their order: as `draft` for each, in one statement for any number of them.

    For a caller whose lock stands for it that the keys are new. last: case number -> the ordinal last given out
    under it, None when there is none; what is not named is looked up. The caller writes the events.
    """
    _require_transaction()
    papers = _rows(wanted, holder, last, {"created_by": actor, "created_at": at, "due_at": at}, at)
    try:
        Paper.objects.bulk_create(papers)
    except IntegrityError as error:
        raise Conflict(_("同一时刻有人也在制作本案文书，请重试"), code="PAPER-NUMBER") from error
    for paper in papers:
        kick("documents.render", paper.pk)
    # Each stream is as new as its paper: nothing to look up.
    return Drafted(
        papers,
        [
            (
                paper.stream,
                Draft("document.drafted", data_of(paper, {"number": paper.number}), key="drafted"),
            )
            for paper in papers
        ],
    )


def _rows(
    wanted: Sequence[Wanted],
    holder: Holder,
    last: Mapping[str, int | None],
    given: Mapping[str, Any],
    at: dt.datetime,
) -> list[Paper]:
    """New papers with frozen facts and numbers, not yet saved."""
    court = {name: getattr(holder.court, name) for name in ("name", "phone", "address")}
    following = {number: numbers.after(ordinal) for number, ordinal in last.items()}
    papers = []
    for each in wanted:
        definition = catalogue.kind(each.kind)
        frozen = freeze(definition, each.facts, each.secret_facts, court=court, on=time.today(at))
        case_number = frozen.open["case_number"]
        ordinal = None
        if definition.is_numbered:
            ordinal = following.get(case_number)
            if ordinal is None:
                ordinal = numbers.next_ordinal(holder.court.pk, case_number)
            following[case_number] = numbers.checked(ordinal) + 1
        papers.append(
            Paper(
                **given,
                court=holder.court,
                team_id=holder.team_id,
                owner_id=holder.owner_id,
                about=holder.about,
                case_id=holder.case_id,
                kind=each.kind,
                case_number=case_number,
                ordinal=ordinal,
                number="" if ordinal is None else numbers.number_of(case_number, ordinal),
                facts=frozen.open,
                secret_facts=json.dumps(frozen.secret, ensure_ascii=False) if frozen.secret else "",
                template_digest=compose.template_digest(definition),
                key=each.key,
            )
        )
    return papers


def void(*, paper_id: int, reason: str, actor: str, at: dt.datetime, key: str) -> Paper:
    """Void a paper that should not have been made; its number and file stay. Joins the caller's transaction.

    Appends document.voided to "paper:<id>"; the same key again changes nothing.
    Raises NotFound, BadInput without a reason, WrongState when it was voided before by another act.
    """
    _require_transaction()
    if not reason.strip():
        raise BadInput(_("没有填写作废原因"), field="reason", fix=_("请写明为什么作废"))
    paper = Paper.objects.select_for_update(of=("self",)).filter(pk=paper_id).first()
    if paper is None:
        raise NotFound(_("没有这份文书"))
    if log.find(paper.stream, key) is not None:
        return paper
    if paper.state == PaperState.VOIDED:
        raise WrongState(_("这份文书已经作废"), code="PAPER-VOIDED")
    paper.state, paper.voided_at, paper.void_reason = PaperState.VOIDED, at, reason.strip()[:200]
    paper.save(update_fields=["state", "voided_at", "void_reason"])
    _record(paper, "document.voided", {"number": paper.number}, key=key, actor=actor, at=at)
    return paper


def _record(
    paper: Paper, kind: str, data: Mapping[str, Any], *, key: str, actor: str, at: dt.datetime
) -> None:
    log.append(
        stream=paper.stream,
        kind=kind,
        actor=actor,
        at=at,
        key=key,
        data=data_of(paper, data),
        court_id=paper.court_id,
    )


def data_of(paper: Paper, more: Mapping[str, Any]) -> dict[str, Any]:
    """What an event of a paper tells."""
    return {"paper": paper.pk, "kind": paper.kind, "about": paper.about, "case": paper.case_id, **more}


def _same(known: Paper, about: str, given: Wanted) -> Paper:
    """The paper that stands, if this is the input it was drafted from; the court's row may have changed."""
    definition = catalogue.kind(given.kind)
    court = {fact.court: known.facts.get(fact.key, "") for fact in definition.facts.values() if fact.court}
    if (known.kind, known.about) == (definition.code, about):
        frozen = freeze(
            definition, given.facts, given.secret_facts, court=court, on=time.today(known.created_at)
        )
        if {**frozen.open, **frozen.secret} == known.every_fact():
            return known
    raise Conflict(_("这一操作编号已用于另一份文书，请刷新页面后重新提交"), code="PAPER-KEY")


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "papers are drafted and voided inside the caller's transaction"
        )
