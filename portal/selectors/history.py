"""办理经过: what happened in a case in plain words, as far as this side may know. Every kind of act is decided here.

Nothing names what is investigated or controlled: until it is done, the other side must not hear of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _lazy

from events.models import Event
from kernel.dates import long_date
from portal.selectors.my_case import Mine

BOTH = {
    "case.filed": _lazy("法院立案"),
    "case.assigned": _lazy("确定承办人"),
    "case.handed_over": _lazy("更换承办人"),
    "case.court_changed": _lazy("案件移送另一法院执行，原来的办理继续有效"),
    "case.suspended": _lazy("案件中止执行"),
    "case.resumed": _lazy("案件恢复执行"),
    "case.closed": _lazy("案件结案"),
    "case.archived": _lazy("案卷归档"),
    "receipt.noted": _lazy("案款到账"),
    "receipt.released_noted": _lazy("一笔案款经核对调出本案"),
}
"""Acts of the case that both sides may hear of."""
OWN = {
    "letter.received": _lazy("您的留言已收到"),
    "letter.read": _lazy("法院已阅读您的留言"),
    "letter.answered": _lazy("法院已回复您的留言"),
    "clue.received": _lazy("您提供的财产线索已收到"),
    "paper.read": _lazy("您查看了法院的文书"),
}
"""Acts that only the side hears of which wrote, or read."""
KEPT_BACK = frozenset(
    # Work of the court that shows what is looked for, where, and what is about to be seized.
    """
    node.completed act.voided property.found property.decided control.taken control.renewed control.released
    fund.deducted auction.price_paid case.classified triage.prepared conversion.trigger_recorded conversion.proposed
    conversion.approved conversion.not_approved hold.set hold.released
    """.split()
    # The court's own order of work: who does it, who watches it, who assents, how its limits are counted.
    + """
    case.sealed case.let_in case.files_kept case.filing_corrected case.corrected case.deducted case.extended
    case.reprojected case.repinned case.national_number case.imported case.recused case.transfer_offered
    case.transfer_withdrawn case.transfer_refused task.taken task.given task.offered task.accepted task.refused
    task.settled task.returned task.moved approval.asked approval.noted termination.requested termination.reviewed
    supervision.planned supervision.issued supervision.added supervision.read supervision.answered
    supervision.extension_asked supervision.extended supervision.extension_refused supervision.escalated
    supervision.sent_back supervision.closed letter.drafted letter.handed_over
    """.split()
    # A petition is answered on its own way, and not always to a party; payouts stand under 案款, each side's its own.
    + """
    petition.registered petition.handed_over petition.told petition.panel_heard petition.drafted petition.reply_asked
    petition.reply_approved petition.reply_sent_back petition.answered petition.closed payee.noted payee.wanted payout.requested
    payout.handed_over payout.at_finance payout.assented payout.approved payout.sent payout.noted
    payout.returned_noted
    """.split()
    # Money set aside, given back and shared out: its papers tell each party of his own part, 案款 shows it.
    + """
    deposit.set_aside fund.off_system payout.allocated transfer.asked transfer.refused transfer.held_noted transfer.released_noted
    transfer.paid_noted transfer.cancelled_noted transfer.granted receipt.cause_noted plan.drafted plan.served
    plan.objected plan.objection_notified plan.countered plan.sued plan.carried_out
    """.split()
    # A misfiled case is followed by nobody any more.
    + ["case.cancelled"]
)
"""Acts that no party reads of here."""


def history_of(mine: Mine) -> list[dict[str, Any]]:
    """What happened, newest first. One query."""
    events = Event.objects.filter(stream=mine.case.about, kind__in=[*BOTH, *OWN]).order_by("-seq")
    return lines(list(events), {party.pk for party in mine.parties})


def lines(events: Iterable[Event], parties: set[int]) -> list[dict[str, Any]]:
    """The events as sentences: those of both sides, and those of these parties."""
    told = list(events)
    letters = {e.data["letter"] for e in told if e.kind == "letter.received" and e.data["party"] in parties}
    return [
        {"day": long_date(event.effective_on), "words": {**BOTH, **OWN}[event.kind]}
        for event in told
        if event.kind in BOTH or _is_own(event, parties, letters)
    ]


def _is_own(event: Event, parties: set[int], letters: set[int]) -> bool:
    if event.kind in ("letter.read", "letter.answered"):
        return event.data["letter"] in letters
    named = {event.data.get("party"), *event.data.get("parties", ())}
    return event.kind in OWN and bool(named & parties)
