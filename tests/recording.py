"""What the rules really did while the tests ran: which verb recorded which name, which rule started, met, refused, passed.

`pytest --record-rules FILE` writes the recording of the tests that passed into FILE (regimes/packs/recorded.json).
Without it the plugin holds the recording to its word: a test that the file names as its witness fails when the
rules no longer do in it what the file says.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from kernel.errors import WrongState

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "regimes" / "packs" / "recorded.json"
SECTIONS = ("facts", "events", "actions", "nodes", "matters", "rules")
MATTERS = {"deduction": "deduct_period", "over_limit": "over_limit_control"}
# An approval that is an act of its own.
ACTS = {"termination.reviewed": "termination_review"}
APPS = frozenset(path.parent.parent.name for path in ROOT.glob("*/actions/__init__.py"))

# (section, name) -> the verb that did it, in the running test.
_now: dict[tuple[str, str], str] = {}
# (section, name) -> (verb, test) over the session, the first test in the alphabet.
_kept: dict[tuple[str, str], tuple[str, str]] = {}
# The tests of this session, those that failed included.
_ran: set[str] = set()


def verb() -> str:
    """The public verb at work, the outermost of the stack: "cases.actions.filing.file_case"; "" outside of verbs."""
    found, frame = "", sys._getframe(1)
    at: FrameType | None = frame
    while at is not None:
        app, _, rest = at.f_globals.get("__name__", "").partition(".actions.")
        if rest and app in APPS and not at.f_code.co_name.startswith(("_", "<")):
            found = f"{app}.actions.{rest}.{at.f_code.co_name}"
        at = at.f_back
    return found


def note(section: str, name: str) -> None:
    """Keep that the running verb did this; what no verb does is no record."""
    if (section, name) not in _now and (by := verb()):
        _now[(section, name)] = by


def _saw(rule_id: str, deed: str = "started", by: str = "") -> None:
    """A rule was at work in a verb, or in the query of a page (`by`)."""
    key = ("rules", f"{rule_id} {deed}")
    if by:
        _now.setdefault(key, by)
    else:
        note(*key)


def _note_fact(name: str, value: object) -> None:
    """A yes/no counts as recorded once a yes was seen: a no also stands for what nobody has recorded."""
    if value is not None and value is not False:
        note("facts", name)


def _written(known: Callable[..., Any], case: Any, facts: Any, nodes: Any) -> Any:
    for fact in facts:
        if fact.key.startswith("@"):
            note("events", fact.key[1:])
        else:
            _note_fact(fact.key, fact.value)
    return known(case, facts, nodes)


def _facts(known: Callable[..., Any], view: Any, subject: int) -> Any:
    facts = known(view, subject)
    for name, value in facts.items():
        _note_fact(name, value)
    return facts


def _guards(known: Callable[..., Any], book: Any, action: str, facts: Any) -> Any:
    found = known(book, action, facts)
    note("actions", action)
    for name, value in facts.items():
        _note_fact(name, value)
    failed = {finding.rule.id: finding.blocks for finding in found}
    for rule in book.guards.get(action, ()):
        if rule.when.evaluate(facts) is not True:
            continue
        if rule.id in failed and (failed[rule.id] or rule.severity != "second_person"):
            note("rules", f"{rule.id} refused")
        else:
            note("rules", f"{rule.id} passed")
    return found


def _clocks(known: Callable[..., Any], changes: Any, **more: Any) -> Any:
    rows = known(changes, **more)
    for change in changes:
        if change.action in ("start", "restart"):
            note("rules", f"{change.rule.id} started")
        if change.met_on is not None:
            note("rules", f"{change.rule.id} met")
    return rows


def _told(known: Callable[..., Any], *given: Any, **more: Any) -> Iterator[Any]:
    for telling in known(*given, **more):
        note("rules", f"{telling.rule.id} started")
        yield telling


def _checked(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = list(known(*given, **more))
    for answer in found:
        if answer.applies:
            note("rules", f"{answer.rule_id} {'passed' if answer.passed else 'refused'}")
    return found


def _opened(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    nodes = known(*given, **more)
    for node in nodes:
        note("nodes", node.kind)
    return nodes


def _performed(known: Callable[..., Any], locked: Any, act: Any, **more: Any) -> Any:
    if act.kind in ACTS:
        note("matters", ACTS[act.kind])
    return known(locked, act, **more)


def _asked(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    rule = more["facts"].get("approval_rule", "")
    note("matters", _matters().get(rule, MATTERS.get(more["kind"], more["kind"])))
    return found


def _gaps(known: Callable[..., Any], locked: Any, row: Any, given: Any) -> Any:
    asked = [rule.id for rule in importlib.import_module("measures.actions.disposing")._gaps(locked, row)]
    try:
        found = known(locked, row, given)
    except WrongState as refusal:
        for name in refusal.detail["guards"]:
            note("rules", f"{name} refused")
        raise
    for rule in asked:
        note("rules", f"{rule} passed")
    return found


def _proposed(known: Callable[..., Any], book: Any, question: Any, facts: Any) -> Any:
    found = known(book, question, facts)
    _saw(question.id)
    for answer in found.speaking:
        _saw(answer.rule.id)
    for name, value in (known_fact for answer in found.answers for known_fact in answer.facts):
        _note_fact(name, value)
    return found


def _converted(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    if found is not None:
        _saw(found[0].id)
    return found


def _grounded(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    if found is not None:
        _saw(found.id)
    return found


def _held(known: Callable[..., Any], locked: Any, rule: Any, row: Any, **more: Any) -> Any:
    act = known(locked, rule, row, **more)
    _saw(rule.id)
    return act


def _staged(known: Callable[..., Any], book: Any, state: Any) -> Any:
    found = known(book, state)
    if found is not None:
        _saw(found.rule.id)
    return found


def _flagged(known: Callable[..., Any], rows: Any) -> Any:
    found = known(rows)
    names = {flag.name for flags in found.values() for flag in flags}
    for rule_id in [rule_id for name in names for rule_id in _flag_rules().get(name, ())]:
        _saw(rule_id, by="cases.selectors.flags.flags_of")
    return found


@functools.cache
def _matters() -> dict[str, str]:
    """Approval rule -> its matter."""
    packs = importlib.import_module("regimes.packs").load_library().packs
    return {rule.id: rule.matter for pack in packs for rule in pack.approvals}


@functools.cache
def _flag_rules() -> dict[str, list[str]]:
    """Flag -> the rules that raise it."""
    found: dict[str, list[str]] = {}
    for pack in importlib.import_module("regimes.packs").load_library().packs:
        for rule in pack.flags:
            found.setdefault(rule.flag, []).append(rule.id)
    return found


def _approved(known: Callable[..., Any], book: Any, matter: str, facts: Any) -> Any:
    rule = known(book, matter, facts)
    if rule is not None:
        _saw(rule.id)
    return rule


def _reminded(
    known: Callable[..., Any], code: str, version: int, digest: str, rule_id: str, rung: int
) -> Any:
    found = known(code, version, digest, rule_id, rung)
    for ground, rule in _reminder_grounds():
        if rule == rule_id and found.name:
            _saw(ground, by="deadlines.sweep.sweep")
    return found


@functools.cache
def _reminder_grounds() -> list[tuple[str, str]]:
    """(suggestion, deadline rule): the suggestion says when the clock of the rule reminds."""
    return [
        (said.id, rule.id)
        for pack in importlib.import_module("regimes.packs").load_library().packs
        for said in pack.suggestions
        for rule in pack.deadlines
        if said.ladder and said.ladder == rule.ladder.id
    ]


def _suggested(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    for each in found:
        _saw(each.rule.id, by="regimes.suggestions.suggestions_of")
        if each.met_on is not None:
            _saw(each.rule.id, "met", by="regimes.suggestions.suggestions_of")
    return found


def _counted(known: Callable[..., Any], lines: Any, *given: Any, **more: Any) -> Any:
    found = known(lines, *given, **more)
    for line in lines:
        if any(figure.value is not None for figure, _left_out in found[line.key].values()):
            _saw(line.rule.id, by="supervision.indicators.counting.count")
    return found


def _drawn_from(known: Callable[..., Any], rule: Any, *given: Any, **more: Any) -> Any:
    """A subject of an inspection is at work once a verb freezes cases of which some may be drawn."""
    found = known(rule, *given, **more)
    if found:
        _saw(rule.id)
    return found


def _claimed(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    if found is not None:
        _saw(found.rule.id, by="funds.claimtime.suggested")
    return found


def _read_by(found: Any) -> Any:
    """A reading is at work where a computation asks for it."""
    if found is not None:
        _saw(found[1].id, by="desk.views.allocation.reading_of")
    return found


def _averaged(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    if found is not None and found.days is not None:
        _saw(found.rule.id, by="desk.selectors.conversions.average_of")
    return found


def _filled(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    for each in found:
        _saw(each.rule.id, by="supervision.indicators.declared.slots_of")
    return found


def _reported(known: Callable[..., Any], *given: Any, **more: Any) -> Any:
    found = known(*given, **more)
    if found is not None:
        _saw(found.rule_id, by="supervision.indicators.reporting.asked_of")
    return found


WATCHED: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("cases.writing", "write_state", _written),
    ("regimes.guards", "check", _guards),
    ("deadlines.clocks", "apply", _clocks),
    ("regimes.pushes", "tellings", _told),
    ("closing.checklist", "answers", _checked),
    ("cases.perform", "_open", _opened),
    ("cases.perform", "perform", _performed),
    ("measures.actions.disposing", "_check_gap", _gaps),
    ("approvals.actions.requests", "ask", _asked),
    ("regimes.triage", "propose", _proposed),
    ("cases.conversions", "_trigger", _converted),
    ("cases.actions.asking", "_ground", _grounded),
    ("cases.actions.holds", "stop", _held),
    ("regimes.standing", "stage_of", _staged),
    ("regimes.suggestions", "suggestions_of", _suggested),
    ("deadlines.reminders", "meaning_of", _reminded),
    ("cases.selectors.flags", "_grouped", _flagged),
    ("supervision.indicators.counting", "count", _counted),
    ("supervision.indicators.declared", "slots_of", _filled),
    ("supervision.inspections.population", "population_of", _drawn_from),
    ("funds.claimtime", "suggested", _claimed),
    ("desk.selectors.conversions", "average_of", _averaged),
    ("supervision.indicators.reporting", "asked_of", _reported),
)


def watch() -> None:
    """Put the recorder around what is watched, wherever it has been imported to."""
    for module, name, watcher in WATCHED:
        known = getattr(importlib.import_module(module), name)
        watching = functools.wraps(known)(functools.partial(watcher, known))
        for other in list(sys.modules.values()):
            for held, value in list(vars(other).items()) if getattr(other, "__file__", None) else ():
                if value is known:
                    setattr(other, held, watching)
    view = importlib.import_module("regimes.flow").View
    known = view.facts
    view.facts = lambda self, subject: _facts(known, self, subject)
    book = importlib.import_module("regimes.book").RuleBook
    levels = book.approval
    book.approval = lambda self, matter, facts: _approved(levels, self, matter, facts)
    readings = book.reading
    book.reading = lambda self, of: _read_by(readings(self, of))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-rules", metavar="FILE", help="write what the rules did in this run into FILE")


def pytest_collection_finish(session: pytest.Session) -> None:
    if not session.config.option.collectonly and session.items:
        watch()


@pytest.fixture(scope="session")
def witnesses() -> dict[str, set[tuple[str, str]]]:
    """Test -> what the recording says that it shows."""
    found: dict[str, set[tuple[str, str]]] = {}
    if FILE.exists():
        recorded = json.loads(FILE.read_text(encoding="utf-8"))
        for section in SECTIONS:
            for name, entry in recorded.get(section, {}).items():
                found.setdefault(entry["test"], set()).add((section, name))
    return found


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest, witnesses: dict[str, set[tuple[str, str]]]) -> Iterator[None]:
    _now.clear()
    yield
    test = request.node.nodeid
    if request.config.getoption("--record-rules") or not getattr(request.node, "rules_passed", False):
        return
    missing = sorted(witnesses.get(test, set()) - _now.keys())
    if missing:
        pytest.fail(f"recorded.json says that this test shows {missing}; it no longer does (--record-rules)")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    _ran.add(item.nodeid)
    if report.when != "call" or not report.passed or hasattr(report, "wasxfail"):
        return
    item.rules_passed = True  # type: ignore[attr-defined]
    for key, by in _now.items():
        keep(key, (by, item.nodeid))


def keep(key: tuple[str, str], shown: tuple[str, str]) -> None:
    """The first test in the alphabet stands for all."""
    if key not in _kept or shown[::-1] < _kept[key][::-1]:
        _kept[key] = shown


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["rules"] = [[*key, *shown] for key, shown in _kept.items()]
        output["ran"] = sorted(_ran)
    elif target := session.config.getoption("--record-rules"):
        write(Path(target))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})
    _ran.update(output.get("ran", ()))
    for section, name, by, test in output.get("rules", ()):
        keep((section, name), (by, test))


def write(target: Path) -> None:
    """The recording, sorted. What tests that did not run have shown before stands, as long as their files do."""
    shown = {key: (entry["verb"], entry["test"]) for key, entry in standing(target)}
    shown |= {key: value for key, value in _kept.items() if key not in shown}
    found: dict[str, dict[str, dict[str, str]]] = {section: {} for section in SECTIONS}
    for (section, name), (by, test) in sorted(shown.items()):
        found[section][name] = {"verb": by, "test": test}
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def standing(target: Path) -> Iterator[tuple[tuple[str, str], dict[str, str]]]:
    """What the file says already, without the tests of this session and those that are gone."""
    if not target.exists():
        return
    recorded = json.loads(target.read_text(encoding="utf-8"))
    for section in SECTIONS:
        for name, entry in recorded.get(section, {}).items():
            if entry["test"] not in _ran and (ROOT / entry["test"].partition("::")[0]).exists():
                yield (section, name), entry
