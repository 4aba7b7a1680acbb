"""导入国家系统的清单: read, preview, confirm; cases that have no number there yet get it by a job."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.differences import keep_differences
from cases.actions.national_export import keep_national_number
from cases.models import Case, NationalList, NationalNumber, NationalRecord
from cases.national import states
from cases.policy import may
from courts.models import Court, User
from events import log
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from kernel.casenumbers import parse
from kernel.delimited import read_table
from kernel.errors import BadInput, DomainError, NotFound, WrongState
from kernel.sheetrows import Row, rows_of

KIND = "cases.link_national"
TOGETHER = 25
COLUMNS: Mapping[str, Sequence[str]] = {
    "number": ("案件编号", "系统编号", "案件标识", "国家系统编号"),
    "case_number": ("案号", "执行案号"),
    "state": ("案件状态", "状态"),
    "amount": ("申请执行标的", "执行标的", "标的", "标的额", "申请标的金额"),
    "handler": ("承办人", "承办法官"),
    "filed_on": ("立案日期", "立案时间"),
    "closed_on": ("结案日期", "结案时间"),
}
MUST = ("number", "case_number", "state")
State, Verdict = NationalList.State, NationalList.Verdict


def take_list(
    *, court_id: int, path: Path, name: str, actor: User, at: dt.datetime, key: str
) -> NationalList:
    """第一、二步: read the list and keep its preview. The same key: the list that stands.

    Raises NotAllowed, NotFound, BadInput (field file) for what cannot be read.
    """
    may(actor, "national", "W", _("导入国家系统清单"))
    court = Court.objects.filter(pk=court_id, pk__in=actor.scope.courts).first()
    if court is None:
        raise NotFound(_("没有这个法院，或您无权办理。"), fix=_("从列表中选择。"))
    standing = NationalList.objects.filter(key=key, asked_by=actor).first()
    if standing is not None:
        return standing
    rows = rows_of(read_table(path, name=name), COLUMNS, MUST)
    if not rows:
        raise BadInput(_("表头下面没有案件。"), field="file", fix=_("重新从国家系统导出。"))
    judged = _judge(rows, court, time.today(at))
    with transaction.atomic(durable=True):
        found = NationalList.objects.create(
            court=court,
            asked_by=actor,
            key=key,
            name=name[:120],
            rows=judged,
            counts=dict(Counter(row["verdict"] for row in judged)),
            made_at=at,
        )
        _tell(found, "national.previewed", actor, at, key, {"counts": found.counts})
    return found


def confirm_list(*, list_id: int, actor: User, at: dt.datetime, key: str) -> NationalList:
    """第三步: the list is what the national system says now; differences are found anew. Raises NotFound, WrongState."""
    with transaction.atomic(durable=True):
        found = _locked(list_id, actor)
        if found.state == State.DONE:
            return found
        if found.state != State.PREVIEWED:
            raise WrongState(_("这份清单已经放弃。"), fix=_("重新上传。"))
        entries = [row["entry"] for row in found.rows if row["entry"]]
        if not entries:
            raise WrongState(_("没有可以导入的行。"), fix=_("按清单改好以后重新上传。"))
        _replace_records(found, entries)
        found.state, found.confirmed_at = State.DONE, at
        found.save(update_fields=["state", "confirmed_at"])
        _tell(found, "national.listed", actor, at, key, {"rows": len(entries)})
        keep_differences(found.court, at)
        ask_job(
            kind=KIND,
            title=_("登记国家系统编号：%s") % found.name,
            params={"list": found.pk},
            key=f"{found.stream}/link",
            at=at,
            actor=actor,
            court_id=found.court_id,
        )
    return found


def withdraw_list(*, list_id: int, actor: User, at: dt.datetime, key: str) -> NationalList:
    """放弃. Raises NotFound, WrongState once it was confirmed."""
    with transaction.atomic(durable=True):
        found = _locked(list_id, actor)
        if found.state == State.DONE:
            raise WrongState(_("已经导入，不能放弃。"), fix=_("再导入一份新的清单。"))
        if found.state == State.PREVIEWED:
            found.state, found.rows = State.WITHDRAWN, []
            found.save(update_fields=["state", "rows"])
            _tell(found, "national.withdrawn", actor, at, key, {})
    return found


def linking_step(job: Job) -> Stride:
    """The next cases without a number get the one of the list; a refusal leaves the case as it is."""
    at = time.now()
    after = job.cursor.get("after", 0)
    records = NationalRecord.objects.filter(source_id=job.params["list"], pk__gt=after).order_by("pk")
    batch = list(records[:TOGETHER])
    total = job.total or records.count()
    if not batch:
        text = _("已登记 %d 件。") % job.cursor.get("linked", 0)
        return Stride(job.done, job.done, None, text, {"lines": [text]})
    linked = job.cursor.get("linked", 0)
    cases = Case.objects.filter(
        court_id=job.court_id, number_key__in=[row.number_key for row in batch], national=None, sealed=False
    ).exclude(state="cancelled")
    numbers = dict(cases.values_list("number_key", "pk"))
    for record in batch:
        case_id = numbers.get(record.number_key)
        if case_id is None:
            continue
        try:
            with transaction.atomic():
                key = f"national:{record.number}:{case_id}"
                keep_national_number(case_id, record.number, job.asked_by, at, key)
                linked += 1
        except DomainError:
            continue
    done = job.done + len(batch)
    return Stride(done, total, {"after": batch[-1].pk, "linked": linked}, _("已核对 %d 件") % done)


def _judge(rows: Sequence[Row], court: Court, today: dt.date) -> list[dict[str, Any]]:
    entries = [(row, _read(row, today)) for row in rows]
    repeated = Counter(entry["number"] for _row, entry in entries)
    keys = [entry["number_key"] for _row, entry in entries]
    by_key = dict(
        Case.objects.filter(court=court, number_key__in=keys)
        .exclude(state="cancelled")
        .values_list("number_key", "pk")
    )
    by_number = dict(
        NationalNumber.objects.filter(court=court, number__in=list(repeated)).values_list("number", "case_id")
    )
    judged = []
    for row, entry in entries:
        if entry["number"] and repeated[entry["number"]] > 1:
            row.add("number", _("编号在表中出现了两次"), _("删去重复的行。"))
        known = by_number.get(entry["number"]) or by_key.get(entry["number_key"])
        verdict = Verdict.BAD if row.problems else Verdict.KNOWN if known else Verdict.UNKNOWN
        judged.append(
            {
                "row": row.number,
                "number": entry["case_number"],
                "key": entry["number_key"],
                "national": entry["number"],
                "case": known,
                "verdict": verdict,
                "notes": [[note.column, note.what, note.fix] for note in row.problems],
                "entry": None if row.problems else entry,
            }
        )
    return judged


def _read(row: Row, today: dt.date) -> dict[str, Any]:
    number = "".join(row.text("number", must=True, most=40).split())
    if number and not number.isascii():
        row.add("number", _("编号里有汉字"), _("按国家系统显示的填写。"))
    text = row.text("case_number", must=True, most=40)
    key = ""
    if text:
        try:
            parsed = parse(text, today=today)
            text, key = str(parsed), parsed.loose_key
        except BadInput as error:
            row.add("case_number", str(error), str(error.fix))
    state = row.text("state", must=True, most=20)
    if state and state not in states():
        row.add("state", _("不认识状态“%s”") % state, _("可以是：%s。") % "、".join(states()))
    amount: Decimal | None = row.amount("amount")
    days = {name: row.day(name, today=today) for name in ("filed_on", "closed_on")}
    return {
        "number": number,
        "case_number": text,
        "number_key": key,
        "state": state,
        "amount": None if amount is None else f"{amount:.2f}",
        "handler": row.text("handler", most=40),
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }


def _replace_records(found: NationalList, entries: Sequence[Mapping[str, Any]]) -> None:
    """The list is whole: what it no longer holds is no longer there. Of a row with an error the record before stands."""
    numbers = [row["national"] for row in found.rows if row["national"]]
    NationalRecord.objects.filter(court=found.court).exclude(number__in=numbers).delete()
    NationalRecord.objects.bulk_create(
        [NationalRecord(court=found.court, source=found, **_typed(entry)) for entry in entries],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["court", "number"],
        update_fields=[
            "case_number", "number_key", "state", "amount", "handler", "filed_on", "closed_on", "source",
        ],
    )  # fmt: skip


def _typed(entry: Mapping[str, Any]) -> dict[str, Any]:
    days = {
        name: dt.date.fromisoformat(entry[name]) if entry[name] else None
        for name in ("filed_on", "closed_on")
    }
    return {**entry, **days, "amount": None if entry["amount"] is None else Decimal(entry["amount"])}


def _locked(list_id: int, actor: User) -> NationalList:
    rows = NationalList.objects.select_for_update(of=("self",)).select_related("court")
    found = rows.filter(pk__in=NationalList.objects.visible_to(actor).filter(pk=list_id).values("pk")).first()
    if found is None:
        raise NotFound(_("没有这份清单，或您无权查看。"), fix=_("从“国家系统”重新进入。"))
    return found


def _tell(
    found: NationalList, kind: str, actor: User, at: dt.datetime, key: str, data: dict[str, object]
) -> None:
    log.append(
        stream=found.stream, kind=kind, actor=actor.actor, at=at, key=key, data=data, court_id=found.court_id
    )
