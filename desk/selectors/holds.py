"""What the forms of holds and approvals offer: kinds, subjects, grounds, from the case's own packs."""

from __future__ import annotations

from collections.abc import Sequence

from cases.actions.granted import DOING
from cases.actions.holds import rule_of
from cases.models import Hold
from desk.selectors.case_file import CaseFile
from desk.words import short_day
from regimes.vocabulary import load_vocabulary

Choices = list[tuple[str, str]]


def grounds(file: CaseFile, matter: str, *, by_interval: bool = False) -> Choices:
    """The statutory grounds of a matter with their article; by_interval: as the kind of days that are deducted."""
    codes = load_vocabulary().facts["statutory_ground_code"].values
    return [
        (ground.interval if by_interval else ground.code, f"{codes[ground.code]}（{ground.source}）")
        for ground in file.state.book.grounds(matter)
    ]


def hold_kinds(file: CaseFile) -> Choices:
    """The kinds of hold that a person registers; one that an approval opens is not among them."""
    return [(rule.id, f"{rule.title}（{rule.source}）") for rule in file.state.book.holds if not rule.guard]


def hold_subjects(file: CaseFile) -> Choices:
    """Every subject that some kind of hold may be about."""
    kinds = {kind for rule in file.state.book.holds if not rule.guard for kind in rule.per}
    return subjects_of(file, tuple(kinds))


def subjects_of(file: CaseFile, kinds: Sequence[str]) -> Choices:
    """The subjects of these kinds; the case itself is 全案."""
    names = load_vocabulary().subjects
    found = [s for s in file.state.subjects.values() if s.kind in kinds]
    found.sort(key=lambda s: (s.kind != "case", s.kind, s.id))
    return [
        (str(s.id), "全案" if s.kind == "case" else f"{names[s.kind]}：{file.state.labels[s.id]}")
        for s in found
    ]


def open_holds(file: CaseFile) -> list[Hold]:
    """The holds by kind that stand, oldest first; one query."""
    rows = Hold.objects.filter(case=file.case, last=None, voided=False).exclude(rule_id="")
    return list(rows.order_by("first", "pk"))


def hold_words(file: CaseFile, row: Hold) -> str:
    """案外人对执行标的的异议（东湖路1号，5月1日起）."""
    about = "全案" if row.subject_id is None else file.state.labels[row.subject_id]
    return f"{rule_of(file.state, row.rule_id).title}（{about}，{short_day(row.first, file.today)}起）"


def outcomes(file: CaseFile, standing: Sequence[Hold]) -> Choices:
    """Every result that one of these holds may have, each once."""
    found: dict[str, str] = {}
    for row in standing:
        found |= rule_of(file.state, row.rule_id).outcomes
    return list(found.items())


def matters(file: CaseFile) -> Choices:
    """The matters of the packs that an approval alone decides: what it makes true is noted."""
    names = load_vocabulary().matters
    found = {
        rule.matter: names[rule.matter]
        for pin in file.state.book.pinned
        for rule in pin.pack.approvals
        if (rule.sets or rule.happens) and rule.matter not in DOING and pin.has(rule.feature)
    }
    return list(found.items())
