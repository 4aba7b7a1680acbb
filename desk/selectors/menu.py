"""What this person may start on a case: offered only where the verb would not refuse it at once."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.actions.completing import may_do
from cases.actions.transferring import may_offer
from cases.models import Node
from desk.selectors import triage
from desk.selectors.case_file import CaseFile
from kernel.errors import NotAllowed, WrongState
from petitions.policy import may_work as may_register
from supervision.policy import may_issue

UPLOAD_AREAS = ("file", "documents", "tasks", "query", "measures", "fund_request", "receipt")


def actions(file: CaseFile) -> list[dict[str, Any]]:
    """The buttons at the right of the head."""
    shown = []
    if may_upload(file):
        shown.append(_entry(file, "upload", _("上传材料"), "upload"))
    if file.case.is_open and may_control(file):
        shown.append(_entry(file, "control", _("采取控制措施"), "lock"))
    if may_receive(file):
        shown.append(_entry(file, "receipt", _("登记到账"), "cash"))
    return shown


def menu(file: CaseFile) -> list[dict[str, Any]]:
    """The further acts, by what they change."""
    case, state = file.case, file.case.state
    running = case.is_open and state != "suspended"
    offered = [
        (case.is_open and may_find(file), "property", _("登记财产"), "building-bank"),
        (case.is_open and may_find(file), "clue", _("登记财产线索"), "bulb"),
        (case.is_open and may_ask(file), "extend", _("申请延长期限"), "calendar-plus"),
        (case.is_open and may_ask(file), "deduct", _("申请扣除期限"), "clock-pause"),
        (case.is_open and may_hold(file), "hold", _("登记停止事由"), "player-pause"),
        (_is_held(file) and may_hold(file), "release", _("解除停止事由"), "player-play"),
        (case.is_open and file.receipts and may_ask(file), "defer", _("申请延期发放"), "clock-pause"),
        (case.is_open and may_ask(file), "ask", _("提请其他审批"), "rubber-stamp"),
        (
            case.is_open and may_ask(file) and has_other_version(file),
            "repin",
            _("申请换用另一版规则"),
            "versions",
        ),
        (running and may_hold(file), "suspend", _("中止执行"), "player-pause"),
        (state == "suspended" and may_hold(file), "resume", _("恢复执行"), "player-play"),
        (case.is_open and may_correct(file), "correct", _("更正起算日期"), "calendar-event"),
        (case.is_open and may_correct_filing(file), "correct-filing", _("更正立案信息"), "edit"),
        (running and file.is_own, "termination", _("报请终本"), "checklist"),
        (running and file.is_own, "close", _("办理结案"), "gavel"),
        (state == "closed" and may_archive(file), "archive", _("归档"), "archive"),
        (case.is_open and may_classify(file), "triage", _("繁简分流"), "arrows-split"),
        (case.is_open and may_prepare(file), "triage-facts", _("登记分流情况"), "list-check"),
        (case.is_open and may_trigger(file), "conversion-trigger", _("登记转换情形"), "flag"),
        (case.is_open and may_propose(file), "conversion-propose", _("提出繁简转换"), "arrows-exchange"),
        (case.is_open and may_give(file), "conversion-assign", _("转换后分派"), "user-check"),
        (case.is_open and may_hand_over(file), "hand-over", _("移交案件"), "transfer"),
        (case.is_open and may_offer(file.user, case.court_id), "transfer", _("移送其他法院"), "replace"),
        (case.is_open and may_ask(file), "cancel", _("申请撤销立案"), "file-alert"),
    ]
    entries = [_entry(file, slug, label, icon) for allowed, slug, label, icon in offered if allowed]
    if may_issue(case, file.user):
        url = reverse("supervision:issue", args=[case.pk])
        entries.append({"label": _("发起督办"), "icon": "speakerphone", "url": url})
    if may_register(file.user):
        url = reverse("desk:petition_new", args=[case.pk])
        entries.append({"label": _("登记信访"), "icon": "inbox", "url": url})
    return entries


def may_complete(file: CaseFile, node: Node) -> str:
    """Why this person may not complete the node, in words; empty when they may."""
    try:
        may_do(file.state, file.user, node)
    except (NotAllowed, WrongState) as refused:
        return refused.in_full
    return ""


def may_control(file: CaseFile) -> bool:
    """The handler, or whose role writes measures."""
    return file.is_own or file.user.scope.may("measures", "W")


def may_find(file: CaseFile) -> bool:
    """The handler, or whose role writes queries or measures."""
    return may_control(file) or file.user.scope.may("query", "W")


def may_ask(file: CaseFile) -> bool:
    """Who may ask for an approval in this case."""
    return file.is_own or file.user.scope.may("tasks", "W")


def _is_held(file: CaseFile) -> bool:
    """Whether a hold stands that is not a plain deduction."""
    return any(interval.last is None and not interval.rules for interval in file.state.intervals)


def may_hold(file: CaseFile) -> bool:
    """Who may suspend and resume."""
    return file.is_own or file.user.scope.may("extension", "A")


def may_correct(file: CaseFile) -> bool:
    """Who may correct the day on which something happened."""
    return file.user.scope.may("extension", "A")


def has_other_version(file: CaseFile) -> bool:
    """Whether a pack of the case has been released in another version too."""
    pinned = {pin["code"]: pin["version"] for pin in file.case.packs}
    return any(code in pinned and pinned[code] != version for code, version in file.case.releases)


def may_correct_filing(file: CaseFile) -> bool:
    """Whom the court lets file, or who may do the open node of it."""
    node = next((n for n in file.nodes if n.kind == "filing_correction" and n.state == "open"), None)
    if node is not None:
        return not may_complete(file, node)
    return file.user.scope.may("file", "W") or file.user.scope.may("extension", "A")


def may_hand_over(file: CaseFile) -> bool:
    """Who may give the case to somebody else."""
    scope = file.user.scope
    return scope.may("assign", "W") or scope.may("handover", "W")


def may_classify(file: CaseFile) -> bool:
    """Who decides the class, where the case's rules have criteria."""
    return triage.is_split(file) and triage.may_decide(file)


def may_prepare(file: CaseFile) -> bool:
    """Who records the facts that the criteria ask for, where they ask for any."""
    asks = any(question.asks for question in file.state.book.classifications)
    return asks and triage.is_split(file) and triage.may_prepare(file)


def may_trigger(file: CaseFile) -> bool:
    """Who records that something happened on which the rules convert a case."""
    return bool(file.state.book.conversions) and (may_ask(file) or triage.may_prepare(file))


def may_propose(file: CaseFile) -> bool:
    """Whose role reports a conversion whose draft stands."""
    row = triage.conversion_of(file)
    rule = next((r for r in file.state.book.conversions if row and r.id == row.rule_id), None)
    return bool(row and rule and row.state == "draft" and _holds(file, rule.proposed_by))


def may_give(file: CaseFile) -> bool:
    """Who gives a case on whose conversion is approved."""
    row = triage.conversion_of(file)
    return bool(row and row.state == "approved" and file.user.scope.may("assign", "W"))


def _holds(file: CaseFile, role: str) -> bool:
    return not role or file.user.scope.has(role)


def may_archive(file: CaseFile) -> bool:
    """The handler, or whose role archives."""
    return file.is_own or file.user.scope.may("archive", "W")


def may_receive(file: CaseFile) -> bool:
    """Whose role records what the bank reports; money may still come after closing."""
    return file.user.scope.may("receipt", "W")


def may_upload(file: CaseFile) -> bool:
    """Who may put material into the case."""
    return file.is_own or any(file.user.scope.may(area, "W") for area in UPLOAD_AREAS)


def _entry(file: CaseFile, slug: str, label: str, icon: str) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": reverse("desk:act", args=[file.case.pk, slug])}
