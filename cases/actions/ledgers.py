"""台账导入 in three steps: the sheet is taken, its columns are mapped and every row checked, a person confirms.

Until the confirmation no case is written. The filing is a job: each step files a few rows and commits with its place.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.filing import RowRefused
from cases.actions.importing import Arrived, Arriving, Holder, import_case, import_each
from cases.ledger import Ledger, choose_sheet, read_below
from cases.ledger_headings import LABELS, NAMES, Headings, Outline, bare, has_headings, headings_of, outline
from cases.ledger_rows import Entry, Problem, Row
from cases.ledger_stored import kept, line_of, notes_of, shown
from cases.models import LedgerHeading, LedgerImport, LedgerRow
from cases.policy import may
from cases.selectors.ledger import Standing, differences, holders, place_of, standing_cases, twins
from courts.models import Court, Unit, User
from events import log
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from kernel.delimited import read_table
from kernel.errors import BadInput, DomainError, NotFound, WrongState
from kernel.time import today
from kernel.workbooks import Sheet

KIND = "cases.ledger"
TOGETHER = 250
"""Rows a step: few enough for a bar that moves, enough that a statement for all of them costs little a row."""
State = LedgerImport.State
Verdict = LedgerRow.Verdict
READY = (Verdict.GOOD, Verdict.DOUBTFUL)


def take_ledger(
    *, court: Court, path: Path, name: str, sheet: str, actor: User, at: dt.datetime, key: str
) -> LedgerImport:
    """第一步 解析: keep a sheet as it came. Raises NotAllowed, BadInput (field file or sheet) in clear words."""
    _may_import(actor, court)
    chosen = _chosen(read_table(path, name=name), sheet)
    known = dict(LedgerHeading.objects.filter(court=court).values_list("heading", "field"))
    seen = outline(chosen, known)
    if not seen.below:
        raise BadInput(_("表头下面没有一行内容。"), field="file", fix=_("核对是不是选错了文件或工作表。"))
    with transaction.atomic(durable=True):
        ledger, is_new = LedgerImport.objects.get_or_create(
            key=key,
            defaults={
                "court": court,
                "asked_by": actor,
                "name": name[:120],
                "sheet": chosen.name[:120],
                "heading_row": seen.row,
                "titles": {str(place): title[:60] for place, title in seen.titles.items()},
                "columns": {str(place): field for place, field in seen.fields.items()},
                "made_at": at,
            },
        )
        if is_new:
            rows = (LedgerRow(ledger=ledger, row=line.number, cells=kept(line)) for line in seen.below)
            LedgerRow.objects.bulk_create(rows, batch_size=1000)
            _log(ledger, "ledger.taken", actor, at, key, {"rows": len(seen.below)})
    return ledger


def map_columns(
    *, import_id: int, columns: Mapping[int, str], actor: User, at: dt.datetime, key: str
) -> LedgerImport:
    """第二步 预览: what each column holds, kept for this court's next ledger; every row is read and given a verdict.

    columns: place -> field of LABELS, "" to leave out. Writes no case. Raises NotFound, WrongState, BadInput (field sheet).
    """
    with transaction.atomic(durable=True):
        ledger = _locked(import_id, actor)
        if ledger.state not in (State.PARSED, State.PREVIEWED):
            raise WrongState(
                _("这份台账%s，不能再改。") % ledger.get_state_display(), fix=_("重新上传一份。")
            )
        wrong = sorted(set(columns.values()) - {"", *LABELS})
        if wrong:
            raise BadInput(_("没有“%s”这一项。") % wrong[0], field="columns", fix=_("从列表中选择。"))
        chosen = {int(place): columns.get(int(place), "") for place in ledger.titles}
        ledger.columns = {str(place): field for place, field in chosen.items()}
        rows = list(ledger.rows.order_by("row"))
        read = read_below(_headings(ledger, rows), name=ledger.sheet, place=place_of(ledger.court), at=at)
        _judge(ledger, rows, read, today(at))
        ledger.passed_over = read.passed_over
        ledger.state = State.PREVIEWED
        ledger.counts = _counted(row.verdict for row in rows)
        ledger.save()
        _remember(ledger, chosen)
    return ledger


def confirm_ledger(*, import_id: int, actor: User, at: dt.datetime, key: str) -> Job:
    """第三步 确认录入: a job files the good and the doubtful rows. Raises NotFound, WrongState."""
    with transaction.atomic(durable=True):
        ledger = _locked(import_id, actor)
        if ledger.state == State.PREVIEWED:
            ready = ledger.rows.filter(verdict__in=READY).count()
            if not ready:
                raise WrongState(_("没有可以录入的行。"), fix=_("按清单改好表格后重新上传。"))
            ledger.state, ledger.confirmed_at = State.FILING, at
            ledger.save(update_fields=["state", "confirmed_at"])
            _log(ledger, "ledger.confirmed", actor, at, key, {"rows": ready})
        elif ledger.state not in (State.FILING, State.DONE):
            raise WrongState(_("这份台账还没有预览，不能录入。"), fix=_("先核对各列，看过预览再确认。"))
        return ask_job(
            kind=KIND,
            title=_("台账录入：%s") % ledger.name,
            params={"ledger": ledger.pk},
            key=job_key(ledger),
            at=at,
            actor=actor,
            court_id=ledger.court_id,
        )


def withdraw_ledger(*, import_id: int, actor: User, at: dt.datetime, key: str) -> LedgerImport:
    """放弃: nothing is filed and the rows are thrown away. Raises NotFound, WrongState once it was confirmed."""
    with transaction.atomic(durable=True):
        ledger = _locked(import_id, actor)
        if ledger.state in (State.FILING, State.DONE):
            raise WrongState(
                _("这份台账已经确认录入，不能放弃。"), fix=_("个别案件录错的，在案件页撤销立案。")
            )
        if ledger.state != State.WITHDRAWN:
            ledger.state = State.WITHDRAWN
            ledger.save(update_fields=["state"])
            ledger.rows.all().delete()
            _log(ledger, "ledger.withdrawn", actor, at, key, {})
    return ledger


def job_key(ledger: LedgerImport) -> str:
    """By which key the job of an import is found."""
    return f"{ledger.about}/file"


def filing_step(job: Job) -> Stride:
    """The next rows become cases; a row that a rule refuses is named and leaves nothing behind."""
    at = time.now()
    ledger = LedgerImport.objects.select_related("court__parent").get(pk=job.params["ledger"])
    # A row that was filed or refused has another verdict from then on: what is left is what is ready.
    rows = list(ledger.rows.filter(verdict__in=READY).order_by("row")[:TOGETHER])
    total = job.total or ledger.rows.filter(verdict__in=READY).count()
    if not rows:
        return _finished(ledger, job, at)
    headings = _headings(ledger, rows)
    people = holders(ledger.court, today(at))
    _file_rows(ledger, rows, headings, people, job.asked_by, at)
    _write_rows(rows, ["verdict", "cells", "notes", "case"])
    done = job.done + len(rows)
    return Stride(done, total, {"after": rows[-1].row}, _("已办到第 %d 行") % rows[-1].row)


def _file_rows(
    ledger: LedgerImport,
    rows: Sequence[LedgerRow],
    headings: Headings,
    people: Mapping[str, list[tuple[User, Unit | None]]],
    actor: User,
    at: dt.datetime,
) -> None:
    """File them all at once; a row that is refused, or not new, goes by itself and the others once more without it."""
    place = place_of(ledger.court)
    waiting: list[tuple[LedgerRow, Arriving]] = []
    for row in rows:
        reader = Row(line_of(row.row, row.cells), headings, place, at)
        entry = reader.read()
        if entry is None:
            row.verdict, row.notes = Verdict.BAD, notes_of(reader.problems)
            continue
        found = people.get(entry.past.handler, [])
        holder = Holder(*found[0]) if len(found) == 1 else None
        key = f"ledger:{ledger.court.code}:{entry.number.loose_key}:{entry.digest}"
        waiting.append((row, Arriving(entry.filing, entry.past, holder, key)))
    while waiting:
        try:
            with transaction.atomic():
                arrived = import_each(
                    rows=[given for _row, given in waiting], actor=actor, court=ledger.court, at=at
                )
        except RowRefused as refused:
            _file_row(ledger, *waiting.pop(refused.place), headings, actor, at)
            continue
        for (row, given), each in zip(waiting, arrived, strict=True):
            if each is None:
                _file_row(ledger, row, given, headings, actor, at)
            else:
                _keep(row, each)
        return


def _file_row(
    ledger: LedgerImport,
    row: LedgerRow,
    given: Arriving,
    headings: Headings,
    actor: User,
    at: dt.datetime,
) -> None:
    try:
        with transaction.atomic():
            arrived = import_case(
                filing=given.filing,
                past=given.past,
                holder=given.holder,
                actor=actor,
                court=ledger.court,
                at=at,
                key=given.key,
            )
    except DomainError as refused:
        column = headings.columns.get(refused.field)
        problem = Problem(row.row, column.title if column else "", str(refused), str(refused.fix))
        row.verdict, row.notes = Verdict.BAD, notes_of([problem])
        return
    _keep(row, arrived)


def _keep(row: LedgerRow, arrived: Arrived) -> None:
    """What became of a row that stands as a case."""
    row.verdict = Verdict.FILED if arrived.is_new else Verdict.SAME
    row.case, row.cells = arrived.case, None
    row.notes = notes_of(Problem(row.row, "", words, _("在案件页办理。")) for words in arrived.left)


def _finished(ledger: LedgerImport, job: Job, at: dt.datetime) -> Stride:
    ledger.rows.filter(verdict=Verdict.SAME).update(cells=None)
    ledger.counts = _counted(ledger.rows.values_list("verdict", flat=True))
    ledger.state = State.DONE
    ledger.save(update_fields=["counts", "state"])
    _log(ledger, "ledger.filed", job.asked_by, at, f"{ledger.about}/done", {"counts": ledger.counts})
    text = _("新录入 %(filed)d 件，有错误未录入 %(bad)d 行。") % {
        "filed": ledger.counts.get(Verdict.FILED, 0),
        "bad": ledger.counts.get(Verdict.BAD, 0),
    }
    return Stride(job.done, job.done, None, text, {"lines": [text], "counts": ledger.counts})


def _may_import(actor: User, court: Court) -> None:
    may(actor, "file", "W", _("立案"))
    if court.pk not in actor.scope.courts | actor.scope.home:
        raise BadInput(_("您不能为%s立案。") % court.name, field="court", fix=_("请由该院立案人员办理。"))


def _locked(import_id: int, actor: User) -> LedgerImport:
    visible = LedgerImport.objects.visible_to(actor).filter(pk=import_id).values("pk")
    rows = LedgerImport.objects.select_for_update(of=("self",)).select_related("court__parent")
    ledger = rows.filter(pk__in=visible).first()
    if ledger is None:
        raise NotFound(_("没有这份台账，或您无权查看。"), fix=_("从“台账导入”重新进入。"))
    _may_import(actor, ledger.court)
    return ledger


def _chosen(sheets: list[Sheet], name: str) -> Sheet:
    filled = [sheet for sheet in sheets if sheet.lines]
    if not name and len(filled) == 1 and not has_headings(filled[0]):
        return filled[0]
    return choose_sheet(sheets, name)


def _headings(ledger: LedgerImport, rows: Iterable[LedgerRow]) -> Headings:
    titles = {int(place): title for place, title in ledger.titles.items()}
    chosen = {int(place): field for place, field in ledger.columns.items()}
    lines = [line_of(row.row, row.cells) for row in rows]
    return headings_of(Outline(titles, chosen, lines, ledger.heading_row), chosen)


def _judge(ledger: LedgerImport, rows: list[LedgerRow], read: Ledger, on: dt.date) -> None:
    """Give every row its verdict and what is to be said of it."""
    by_row = {row.row: row for row in rows}
    places = [int(place) for place, field in ledger.columns.items() if field == "number"]
    for row in rows:
        row.verdict, row.notes, row.number, row.case = Verdict.PASSED, None, _number_in(row, places), None
    for verdict, problems in ((Verdict.REPEAT, read.repeats), (Verdict.BAD, read.problems)):
        for number, found in _by_row(problems).items():
            by_row[number].verdict, by_row[number].notes = verdict, notes_of(found)
    standing = standing_cases(ledger.court, read.entries)
    alike = twins(ledger.court, [e for e in read.entries if e.number.loose_key not in standing])
    people = holders(ledger.court, on)
    for entry in read.entries:
        row = by_row[entry.row]
        row.number = str(entry.number)
        known = standing.get(entry.number.loose_key)
        row.case = known.case if known else None
        row.verdict, found = _verdict(entry, known, alike, people, read.titles)
        row.notes = notes_of(found)
    _write_rows(rows, ["verdict", "notes", "number", "case"])


def _write_rows(rows: list[LedgerRow], columns: list[str]) -> None:
    """One INSERT ... ON CONFLICT a thousand rows: bulk_update's CASE grows with every row and takes ten times as long."""
    LedgerRow.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )


def _number_in(row: LedgerRow, places: list[int]) -> str:
    """What the sheet writes where the number should be, so that a person finds the row again."""
    cells = shown(row.cells)
    return next((" ".join(cells[place].split())[:40] for place in places if place < len(cells)), "")


def _verdict(
    entry: Entry,
    standing: Standing | None,
    alike: Mapping[str, str],
    people: Mapping[str, list[tuple[User, Unit | None]]],
    titles: Mapping[str, str],
) -> tuple[str, list[Problem]]:
    if standing is not None:
        found = [
            Problem(
                entry.row,
                titles.get(each.field, LABELS.get(each.field, "")),
                _("台账：%(ledger)s；系统：%(standing)s")
                % {"ledger": each.ledger, "standing": each.standing},
                _("没有改动；台账对的，在案件页更正。"),
            )
            for each in differences(entry, standing)
        ]
        return (Verdict.DIFFERS if found else Verdict.SAME), found
    doubts = list(entry.doubts)
    if other := alike.get(str(entry.number)):
        words = _("与 %s 的执行依据和当事人相同") % other
        doubts.append(Problem(entry.row, titles["number"], words, _("核对是不是重复立案；不是的可以录入。")))
    if entry.past.handler and entry.past.assigned_on and len(people.get(entry.past.handler, ())) != 1:
        words = _("本院没有、或不止一名承办人叫“%s”，录入后待分案") % entry.past.handler
        doubts.append(Problem(entry.row, titles["handler"], words, _("核对姓名，或者录入以后再分案。")))
    return (Verdict.DOUBTFUL if doubts else Verdict.GOOD), doubts


def _by_row(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.row, []).append(problem)
    return found


def _counted(verdicts: Iterable[str]) -> dict[str, int]:
    return dict(Counter(verdicts))


def _remember(ledger: LedgerImport, chosen: Mapping[int, str]) -> None:
    """Keep what this court says otherwise than we would have read it."""
    said = {bare(ledger.titles[str(place)])[:60]: field for place, field in chosen.items()}
    LedgerHeading.objects.filter(court=ledger.court, heading__in=said).delete()
    LedgerHeading.objects.bulk_create(
        LedgerHeading(court=ledger.court, heading=heading, field=field)
        for heading, field in said.items()
        if NAMES.get(heading, "") != field
    )


def _log(
    ledger: LedgerImport, kind: str, actor: User, at: dt.datetime, key: str, data: Mapping[str, object]
) -> None:
    log.append(
        stream=ledger.about,
        kind=kind,
        actor=actor.actor,
        at=at,
        key=key,
        data=data,
        effective_on=today(at),
        court_id=ledger.court_id,
    )
