"""The other tabs of a case: parties, property, papers, the log. Each reads a fixed number of queries more."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.actions.undoing import VOIDABLE
from cases.models import Party
from desk.selectors import aside
from desk.selectors.case_file import CaseFile, doer, doers_of, names_of
from desk.selectors.menu import may_ask, may_control
from desk.words import instant_words, plain_day, yuan
from documents.models import File, Paper
from events.models import Event
from kernel.money import format_yuan
from measures.models import CASH, Property
from notices.selectors import messages_about

LOG_PAGE = 40
MESSAGE_STATES = {
    "delivered": "done",
    "read": "done",
    "sent": "done",
    "failed": "over",
    "unknown": "soon",
    "withheld": "hold",
}
PAPER_STATES = {"draft": "prog", "rendered": "done", "voided": "todo"}
SIZES = ((1024 * 1024, "MB"), (1024, "KB"))


def parties(file: CaseFile) -> dict[str, Any]:
    """Who takes part, how they are reached, and which messages they were sent. Two queries more."""
    prefetch_related_objects(file.parties, "agents")
    told = messages_about(about=file.case.about, user=file.user)
    names = {f"party:{party.pk}": party.name for party in file.parties}
    return {
        "parties": [_party(party) for party in file.parties],
        "messages": [
            {
                "topic": _topic(file, line.topic),
                "to": names.get(line.party_ref, ""),
                "audience": line.audience,
                "number": line.number_masked,
                "text": line.text,
                "at": instant_words(line.delivered_at or line.sent_at or line.at, file.today),
                "pill": {"state": MESSAGE_STATES.get(line.state, "prog"), "text": line.state_text},
                "why": line.why,
            }
            for line in reversed(told)
        ],
    }


def property_items(file: CaseFile) -> dict[str, Any]:
    """Every item with its measure, worth and what may be done. No query more."""
    controlled = sum((c.amount for c in file.controls.values() if not c.waiting), start=0)
    limit = file.case.claim_amount + file.case.costs_amount
    return {
        "lines": [_property(file, row) for row in file.properties],
        "controlled": format_yuan(controlled or file.received * 0),
        "limit": format_yuan(limit),
        "share": min(round(100 * float(controlled) / float(limit)), 100) if limit else 0,
        "may_find": may_control(file),
        "find_url": reverse("desk:act", args=[file.case.pk, "property"]),
        "control_url": reverse("desk:act", args=[file.case.pk, "control"]),
    }


def papers(file: CaseFile) -> dict[str, Any]:
    """The court's papers and the files that came in. Two or three queries more."""
    made = list(Paper.objects.filter(case_id=file.case.pk).order_by("-created_at", "-id"))
    kept = list(
        File.objects.filter(case_id=file.case.pk).exclude(kind="paper").order_by("-created_at", "-id")
    )
    names = names_of([*(paper.created_by for paper in made), *(each.uploaded_by for each in kept)])
    return {
        "papers": [
            {
                "title": paper.zh,
                "number": paper.number,
                "url": reverse("documents:paper", args=[paper.pk]) if paper.state == "rendered" else "",
                "at": instant_words(paper.created_at, file.today),
                "who": names.get(paper.created_by, _("系统")),
                "pill": {"state": PAPER_STATES[paper.state], "text": paper.get_state_display()},
                "problem": paper.problem or paper.void_reason,
            }
            for paper in made
        ],
        "files": [
            {
                "title": each.name,
                "url": reverse("documents:file", args=[each.pk]),
                "kind": each.get_kind_display(),
                "size": size_words(each.size),
                "at": instant_words(each.created_at, file.today),
                "who": names.get(each.uploaded_by, _("系统")),
            }
            for each in kept
        ],
        "upload_url": reverse("desk:act", args=[file.case.pk, "upload"]),
    }


def log(file: CaseFile, *, before: int | None = None) -> dict[str, Any]:
    """The acts of the case, newest first, forty a page; `before`: only those with a lower number. Three queries more."""
    events = Event.objects.filter(stream=file.case.about)
    voided = set(events.filter(kind="act.voided").values_list("data__voids", flat=True))
    if before is not None:
        events = events.filter(seq__lt=before)
    page = list(events.order_by("-seq")[: LOG_PAGE + 1])
    shown = page[:LOG_PAGE]
    names = names_of(doers_of(shown))
    url = reverse("desk:log", args=[file.case.pk])
    return {
        "lines": [_log_line(file, event, names, voided) for event in shown],
        "next_url": f"{url}?before={shown[-1].seq}" if len(page) > LOG_PAGE else "",
        "prev_url": url if before is not None else "",
    }


def size_words(size: int) -> str:
    """1.2 MB, 300 KB, 12 字节."""
    for unit, name in SIZES:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return _("%(size)d 字节") % {"size": size}


def _party(party: Party) -> dict[str, Any]:
    contacts = [c for c in party.contacts.all() if c.agent_id is None]
    return {
        "name": party.name,
        "role": party.get_role_display(),
        "kind": party.get_kind_display(),
        "id_masked": party.id_masked,
        "id_doubt": party.id_doubt,
        "contacts": [
            {
                "kind": c.get_kind_display(),
                "masked": c.masked,
                "bad": c.bad_reason or (_("无效") if c.bad else ""),
            }
            for c in contacts
        ],
        "agents": [
            {
                "name": agent.name,
                "firm": agent.firm,
                "lawyer": agent.is_lawyer,
                "phones": [c.masked for c in party.contacts.all() if c.agent_id == agent.pk],
            }
            for agent in party.agents.all()
        ],
        "location": {
            "in_court_area": _("本院辖区"),
            "in_city": _("本市其他区县"),
            "outside_city": _("本市以外"),
        }.get(party.location, ""),
    }


def _topic(file: CaseFile, topic: str) -> str:
    try:
        return file.state.book.node(topic).zh
    except KeyError:
        return topic


def _property(file: CaseFile, row: Property) -> dict[str, Any]:
    control = file.controls.get(row.pk)
    line = aside.property_item(file, row)
    facts = [
        (_("被执行人"), row.party.name),
        (_("种类"), row.get_kind_display()),
        (_("来源"), row.get_source_display()),
    ]
    facts.append((_("发现日期"), plain_day(row.found_on)))
    if row.reference_masked:
        facts.append((_("账号、车牌、证号"), row.reference_masked))
    if row.holder:
        facts.append((_("存管单位"), row.holder))
    if row.price is not None:
        facts.append((_("参考价"), yuan(row.price)))
    if row.starting_price is not None:
        facts.append(
            (_("起拍价（第 %(round)d 次）") % {"round": row.auction_round}, yuan(row.starting_price))
        )
    if row.deducted:
        facts.append((_("已划拨"), yuan(row.deducted)))
    if control is not None and control.document:
        facts.append((_("文书或回执"), control.document))
    return {
        **line,
        "id": row.pk,
        "value": yuan(row.value),
        "reason": row.reason,
        "facts": [{"label": label, "value": value} for label, value in facts],
        "actions": _property_actions(file, row),
    }


def _property_actions(file: CaseFile, row: Property) -> list[dict[str, Any]]:
    """What may be done to an item in its state."""
    if not file.case.is_open or not may_control(file):
        return []
    free = row.state in ("found", "not_controlled", "released")
    approved = any(r.kind == "cannot_dispose" and r.facts.get("property") == row.pk for r in file.given)
    held = row.pk in file.controls
    offered = [
        (free, "control", _("控制")),
        (free and row.indivisible, "ask-over-limit", _("申请超标的控制")),
        (row.state == "controlled" and row.kind in CASH, "deduct", _("划拨")),
        (row.state == "controlled" and row.kind not in CASH, "disposable", _("登记可处置")),
        (
            row.state in ("controlled", "disposable") and row.kind not in CASH and not approved,
            "ask-cannot-dispose",
            _("申请认定不能处置"),
        ),
        (row.state in ("controlled", "disposable") and approved, "cannot-dispose", _("登记不能处置")),
        (held and row.state != "disposed", "renew", _("续行")),
        (held and row.state != "disposed", "release", _("解除")),
        (
            row.state == "disposed" and row.auction_round > 0 and not _is_paid(file, row),
            "paid",
            _("登记价款交齐"),
        ),
    ]
    return [
        {
            "label": label,
            "small": True,
            "url": reverse("desk:property_act", args=[file.case.pk, row.pk, name]),
        }
        for holds, name, label in offered
        if holds
    ]


def _is_paid(file: CaseFile, row: Property) -> bool:
    return bool(file.state.moments.get(row.subject_id, {}).get("price_fully_paid"))


def _log_line(file: CaseFile, event: Event, names: dict[str, str], voided: set[int]) -> dict[str, Any]:
    line: dict[str, Any] = {
        "seq": event.seq,
        "who": doer(event, names),
        "text": aside.event_words(file, event),
        "at": instant_words(event.at, file.today),
        "datetime": event.at.isoformat(timespec="minutes"),
        "on": plain_day(event.effective_on),
        "reason": _reason(event),
        "voided": event.pk in voided,
    }
    if event.kind in VOIDABLE and event.pk not in voided and file.case.is_open and may_ask(file):
        line["undo_url"] = reverse("desk:undo", args=[file.case.pk, event.pk])
    return line


def _reason(event: Event) -> str:
    data = event.data
    return str(data.get("reason") or data.get("ground") or data.get("defects") or "")
