"""What a party may know of a case: plain steps, limits, its own side's papers, money in and out, what was done.

Nothing here names what is investigated or controlled: until it is done, the other side must not hear of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Access, Case, Party
from courts.models import User
from deadlines.models import Deadline
from documents.models import Paper
from events.models import Event
from funds.models import PayeeAccount, Payout, Receipt
from kernel import time
from kernel.dates import long_date
from kernel.money import format_yuan
from measures.models import Control, Property
from petitions.models import Letter
from petitions.selectors import due_times, suggested_hours
from portal.models import AccountChange

STEPS = (_lazy("立案"), _lazy("查找财产"), _lazy("处置财产"), _lazy("发放案款"), _lazy("结案"))
NOW = (
    _lazy("法院已立案，正在分给承办人"),
    _lazy("法院正在查找被执行人的财产"),
    _lazy("法院正在处置财产"),
    _lazy("案款已经到账，法院正在办理发放"),
    _lazy("案件已经结案"),
)
NEXT = (
    _lazy("承办人确定后，会用短信告诉双方。"),
    _lazy("查到财产后，法院会依法控制、处置。"),
    _lazy("财产变现的钱到账后，发给申请执行人。"),
    _lazy("案款发放完毕后，符合条件的案件结案。"),
    _lazy("以后有新情况的，可以联系法院。"),
)
LIMIT = "BASE-D-04"
CLOSED = ("closed", "archived")
WAYS = {
    "electronic": _lazy("电子送达"),
    "post": _lazy("邮寄送达"),
    "direct": _lazy("直接送达"),
    "left_at_address": _lazy("留置送达"),
    "entrusted": _lazy("委托送达"),
    "public_notice": _lazy("公告送达"),
}
"""送达方式, by the value of the fact service_channel."""


@dataclass(frozen=True, slots=True)
class Mine:
    """The parties that a person reads for in a case: they are all of one side."""

    case: Case
    parties: tuple[Party, ...]
    today: dt.date

    @property
    def applies(self) -> bool:
        """Whether the person stands on the applicant's side."""
        return any(party.role == Party.Role.APPLICANT for party in self.parties)

    @property
    def choices(self) -> list[tuple[int, str]]:
        """For the field that asks for whom something is done."""
        return [(party.pk, f"{party.name}（{party.get_role_display()}）") for party in self.parties]


def mine_of(case: Case, user: User, at: dt.datetime) -> Mine:
    """Whom the person reads for; one query."""
    today = time.today(at)
    rows = Access.objects.in_force(today).filter(user=user, case=case, party__isnull=False)
    return Mine(case, tuple(row.party for row in rows.select_related("party").order_by("party_id")), today)


def cases_of(user: User, at: dt.datetime) -> list[Case]:
    """The cases a person follows, the newest first; one query."""
    return list(
        Case.objects.followed_by(user, time.today(at)).select_related("court").order_by("-filed_on", "-id")
    )


def head_of(mine: Mine) -> dict[str, Any]:
    """Number, who one is, the other side, how the case stands. One query."""
    case = mine.case
    others = Party.objects.filter(case=case).exclude(role__in={party.role for party in mine.parties})
    me = "、".join(party.name for party in mine.parties)
    role = mine.parties[0].get_role_display()
    words = _("%(me)s（%(role)s）") % {"me": me, "role": role}
    names = "、".join(others.order_by("id").values_list("name", flat=True))
    return {
        "number": case.number,
        "me": words,
        "others": names,
        "state": _("已结案")
        if case.state in CLOSED
        else _("中止执行")
        if case.state == "suspended"
        else _("执行中"),
        "is_open": case.state not in CLOSED,
    }


def steps_of(mine: Mine) -> dict[str, Any]:
    """The five steps with the one that runs, what is done now and what comes next. At most two queries."""
    case = mine.case
    if case.state in CLOSED:
        n = 4
    elif Receipt.objects.filter(about=case.about).standing().exists():
        n = 3
    elif _is_disposed(mine):
        n = 2
    else:
        n = 1 if case.owner_id else 0
    marks = ["done" if k < n or n == 4 else "now" if k == n else "" for k in range(5)]
    steps = [{"n": k + 1, "name": name, "mark": marks[k]} for k, name in enumerate(STEPS)]
    return {"steps": steps, "n": n + 1, "now": NOW[n], "next": NEXT[n]}


def _is_disposed(mine: Mine) -> bool:
    """Property is controlled; for others than the applicant only once its auction is public."""
    if mine.applies:
        return Control.objects.filter(property__case=mine.case).exists()
    return Property.objects.filter(case=mine.case, auction_round__gt=0).exists()


def limit_of(mine: Mine) -> dict[str, Any] | None:
    """How long the whole case may still take; None when closed or stopped. One query."""
    if mine.case.state in CLOSED:
        return None
    rows = Deadline.objects.filter(case_id=mine.case.pk, rule_id=LIMIT, state="running", due_on__isnull=False)
    due = rows.order_by("-run").values_list("due_on", flat=True).first()
    if due is None:
        return None
    return {"day": long_date(due), "left": (due - mine.today).days}


def money_of(mine: Mine) -> dict[str, Any]:
    """Money in, and what was paid out to this side; two queries. Nothing of payers, accounts or the other side's payouts."""
    case = mine.case
    receipts = list(Receipt.objects.filter(about=case.about).standing().order_by("arrived_on", "id"))
    names = [party.name for party in mine.parties]
    paid = (
        Payout.objects.filter(about=case.about, state="paid")
        .select_related("payee")
        .order_by("paid_on", "id")
    )
    paid = paid.filter(payee__name__in=names)
    received = sum((row.amount for row in receipts), Decimal(0))
    out = sum((row.amount for row in paid), Decimal(0))
    claim = case.claim_amount
    share = min(int(received * 100 / claim), 100) if claim else 0
    return {
        "received": format_yuan(received),
        "claim": format_yuan(claim),
        "share": share,
        "paid": format_yuan(out),
        "has": bool(receipts),
        "in": [{"day": long_date(row.arrived_on), "amount": format_yuan(row.amount)} for row in receipts],
        "out": [{"day": long_date(row.paid_on), "amount": format_yuan(row.amount)} for row in paid],
    }


def account_of(mine: Mine) -> dict[str, Any]:
    """The registered accounts of this side, masked, and a change on its way; two queries.

    accounts: {name, bank, masked}. changing: a change on its way, change: which; waits: it is confirmed and not yet in force; party:
    whose; until: when it will be.
    """
    names = [party.name for party in mine.parties]
    last = PayeeAccount.objects.filter(
        payee__about=mine.case.about, payee__name__in=names, version=F("payee__version")
    )
    change = AccountChange.objects.filter(party__in=mine.parties, ended_at__isnull=True).first()
    return {
        "accounts": [
            {"name": row.payee.name, "bank": row.bank, "masked": row.account_masked}
            for row in last.select_related("payee").order_by("payee_id")
        ],
        "changing": change is not None,
        "change": change.pk if change else None,
        "waits": change is not None and change.effective_at is not None,
        "masked": change.masked if change else "",
        "party": change.party_id if change else None,
        "until": moment(change.effective_at) if change and change.effective_at else "",
    }


def papers_of(mine: Mine) -> list[dict[str, Any]]:
    """The issued papers addressed to this side, newest first; three queries.

    sent: on which day and how the court sent it out; read: when this side first opened it.
    """
    opened = opened_of(mine)
    names = {party.name for party in mine.parties}
    rows = list(
        Paper.objects.of_case(mine.case.pk).issued().select_related("file").order_by("-created_at", "-id")
    )
    sent = sent_of(rows)
    return [
        {
            "paper": row,
            "kind": row.kind,
            "title": row.zh,
            "number": row.number,
            "day": long_date(time.today(row.created_at)),
            "sent": sent.get(row.pk, ""),
            "read": moment(opened[row.pk]) if row.pk in opened else "",
        }
        for row in rows
        if names & set(str(row.facts.get("addressee", "")).split("、"))
    ]


def sent_of(papers: Sequence[Paper]) -> dict[int, str]:
    """Paper -> 2025年3月8日 电子送达, as the act that drew it says; left out where it says nothing. One query.

    The key of a paper names the act: case:12:7:execution_notice.
    """
    acts = {}
    for paper in papers:
        stream, _mark, rest = paper.key.rpartition(":")[0].rpartition(":")
        if stream and rest.isdecimal():
            acts[paper.pk] = (stream, int(rest))
    if not acts:
        return {}
    events = Event.objects.filter(
        stream__in={stream for stream, _seq in acts.values()}, seq__in={seq for _stream, seq in acts.values()}
    )
    values = {(event.stream, event.seq): event.data.get("values") or {} for event in events}
    found = {pk: _sending(values.get(act, {})) for pk, act in acts.items()}
    return {pk: words for pk, words in found.items() if words}


def _sending(values: Mapping[str, Any]) -> str:
    day, way = values.get("sent_on"), WAYS.get(str(values.get("channel") or ""), "")
    return f"{long_date(dt.date.fromisoformat(day))} {way}".strip() if day else ""


def opened_of(mine: Mine) -> dict[int, dt.datetime]:
    """Paper -> when somebody of this side first opened it; one query."""
    ids = {party.pk for party in mine.parties}
    events = Event.objects.filter(stream=mine.case.about, kind="paper.read").order_by("-seq")
    return {event.data["paper"]: event.at for event in events if ids & set(event.data["parties"])}


def papers_tag(mine: Mine) -> tuple[Any, ...]:
    """Changes whenever a paper of the case is drawn or voided, which no act tells; one query."""
    rows = Paper.objects.of_case(mine.case.pk)
    return tuple(rows.aggregate(Count("file"), Count("voided_at"), Max("rendered_at")).values())


def letters_of(mine: Mine, user: User) -> list[dict[str, Any]]:
    """The letters of these parties with answers, or who is to answer has read them and by when it is due; three queries."""
    rows = Letter.objects.written_in(mine.case.pk, user, mine.today).select_related("replied_by", "party")
    letters = list(rows.order_by("-id"))
    due = due_times([letter.subject_id for letter in letters])
    hours = suggested_hours(mine.case)
    events = Event.objects.filter(stream=mine.case.about, kind="letter.read")
    read = {event.data["letter"]: moment(event.at) for event in events}
    return [
        {**_letter(letter, due.get(letter.subject_id), hours), "read": read.get(letter.pk, "")}
        for letter in letters
    ]


def _letter(letter: Letter, due_at: dt.datetime | None, hours: int | None) -> dict[str, Any]:
    if due_at is not None:
        wait = _("承办人会在 %s 前回复") % moment(due_at)
    elif hours:
        wait = _("承办人一般在 %d 小时内回复") % hours
    else:
        wait = _("承办人会尽快回复")
    return {
        "number": letter_number(letter.pk),
        "topic": letter.get_topic_display(),
        "words": letter.words,
        "at": moment(letter.received_at),
        "reply": letter.reply,
        "replied_at": moment(letter.replied_at) if letter.replied_at else "",
        "wait": wait,
        "who": letter.replied_by.full_name if letter.replied_by else "",
        "files": letter.files,
        "reply_files": letter.reply_files,
    }


def letter_number(pk: int) -> str:
    """回执号 of a letter: L000123."""
    return f"L{pk:06d}"


def clue_number(event: Event) -> str:
    """回执号 of a clue: X000123, by its subject."""
    return f"X{event.data['happened'][0][1]:06d}"


def moment(at: dt.datetime) -> str:
    """2025年3月8日 18:30 on the court's clock."""
    here = time.local(at)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"
