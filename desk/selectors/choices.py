"""What select boxes of the desk offer."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from cases.actions.assigning import loads
from cases.models import Case
from courts.models import PackRelease, User
from desk.selectors.case_file import CaseFile
from desk.selectors.clocks import ClockView
from desk.words import day_words, plain_day
from regimes.vocabulary import load_vocabulary


def handlers_of(court_id: int, on: dt.date) -> list[tuple[User, int]]:
    """The handlers of a court with their open cases, who has least first."""
    counted = loads(court_id, on)
    people = User.objects.in_bulk([user_id for user_id, _count in counted])
    return sorted(
        ((people[user_id], count) for user_id, count in counted), key=lambda pair: (pair[1], pair[0].pk)
    )


def running_clocks(file: CaseFile) -> list[tuple[str, str]]:
    """The binding clocks that still count, as "rule:subject" and words."""
    return [
        (f"{clock.rule.id}:{clock.row.subject_id}", clock_words(file, clock))
        for clock in file.clocks
        if clock.is_open and clock.binds
    ]


def clock_words(file: CaseFile, clock: ClockView) -> str:
    """发出执行通知（李四），5月4日（周四）到期 · JZ-D-01."""
    duty = load_vocabulary().duties.get(clock.rule.duty, clock.rule.statement)
    about = (
        "" if clock.row.subject_id == file.state.root else f"（{file.state.labels[clock.row.subject_id]}）"
    )
    due = f"，{day_words(clock.due_on, file.today)}" if clock.due_on else ""
    return f"{duty}{about}{due} · {clock.rule.id}"


def moments(file: CaseFile) -> list[tuple[str, str]]:
    """The recorded starting facts of the case's clocks, as "event:subject" and words."""
    started = {clock.rule.start for clock in file.clocks} | {clock.rule.start_else for clock in file.clocks}
    names = load_vocabulary().events
    found = []
    for subject, events in file.state.moments.items():
        about = "" if subject == file.state.root else f"（{file.state.labels[subject]}）"
        for event, rows in events.items():
            if event in started and rows and event in names:
                found.append((f"{event}:{subject}", f"{names[event].zh}{about}：{rows[0][0][:10]}"))
    return sorted(found, key=lambda pair: pair[1])


def other_versions(case: Case) -> list[tuple[str, str]]:
    """Released versions of the packs that a case follows, but those it has: "JZ-2023:2" and words. One query."""
    pinned = {pin["code"]: pin["version"] for pin in case.packs}
    releases = PackRelease.objects.filter(code__in=pinned).defer("text").order_by("code", "-version")
    return [
        (
            f"{release.code}:{release.version}",
            _("%(code)s 第 %(version)d 版（%(day)s起施行）")
            % {
                "code": release.code,
                "version": release.version,
                "day": plain_day(release.effective_from),
            },
        )
        for release in releases
        if pinned[release.code] != release.version
    ]
