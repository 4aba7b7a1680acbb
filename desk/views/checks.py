"""What an act on a case would change, shown before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.correcting import try_correction
from cases.actions.holding import Moved, preview
from cases.actions.holds import try_out
from cases.actions.repinning import preview_repin
from cases.repinning import Shift
from cases.states import ClosingType
from deadlines.matters import Matters, matters_in_use
from desk.corrected import change_parts
from desk.forms.act_form import About
from desk.selectors.case_file import CaseFile
from desk.words import plain_day
from kernel.capitals import in_capitals
from kernel.money import format_yuan
from regimes.vocabulary import load_vocabulary


@dataclass(frozen=True, slots=True)
class Check:
    """What is shown before the act is done. rows: {label, value, note}. typed_word: to be typed when it cannot be taken back."""

    rows: list[dict[str, Any]]
    warning: str = ""
    typed_word: str = ""


def check_receive(about: About, given: dict[str, Any]) -> Check:
    """Whose money, how much, from whom."""
    serial = _("流水号 %(serial)s") % {"serial": given["bank_serial"]}
    words = _("大写：%(words)s") % {"words": in_capitals(given["amount"])}
    return Check(
        [
            {"label": _("认领到案件"), "value": about.file.case.number},
            {"label": _("到账金额"), "value": format_yuan(given["amount"]), "note": words},
            {"label": _("到账日期"), "value": plain_day(given["arrived_on"])},
            {"label": _("付款人"), "value": given["payer_name"], "note": serial},
        ]
    )


def check_suspend(about: About, given: dict[str, Any]) -> Check:
    """Old and new last day of every clock."""
    return _moved(about, {"suspend": given["on"]})


def check_resume(about: About, given: dict[str, Any]) -> Check:
    """Old and new last day of every clock."""
    return _moved(about, {"resume": given["on"]})


def check_extend(about: About, given: dict[str, Any]) -> Check:
    """The new last day, as it would be once approved."""
    rule, subject = split(given["clock"])
    return _moved(about, {"extend": [rule, subject, given["days"]]}, after_approval=True)


def check_deduct(about: About, given: dict[str, Any]) -> Check:
    """The new last days, as they would be once approved."""
    change = {"deduct": [given["kind"], given["first"], given["last"], given["rules"]]}
    return _moved(about, change, after_approval=True)


def check_hold(about: About, given: dict[str, Any]) -> Check:
    """What would stop: old and new last day of every clock."""
    change = {"hold": [given["rule"], subject_of(about, given["subject"]), given["on"]]}
    return _moved(about, change, tried=try_out)


def check_release(about: About, given: dict[str, Any]) -> Check:
    """What would run on: old and new last day of every clock."""
    return _moved(about, {"release": [int(given["hold"]), given["on"]]}, tried=try_out)


def check_version(about: About, given: dict[str, Any]) -> Check:
    """What the other version does to every clock, old -> new."""
    code, version = split(given["release"])
    case = about.file.case
    found = preview_repin(case_id=case.pk, code=code, version=version, actor=about.file.user)
    matters = matters_in_use()
    warning = _("审批通过前，各项期限不变；通过后按上面的日期重算。") if found else _("没有期限因此变动。")
    return Check([_shift_row(case.number, each, matters) for each in found], warning)


def _shift_row(number: str, shift: Shift, matters: Matters) -> dict[str, Any]:
    gone = _("不再计算") if shift.change == "ended" else _("视为已完成")
    old = plain_day(shift.old) if shift.old else _("没有")
    new = plain_day(shift.new) if shift.new else gone
    about = "" if shift.subject == number else f"（{shift.subject}）"
    return {
        "label": f"{matters.words(shift.rule_id)}{about}",
        "value": f"{old} → {new}",
        "note": f"{shift.rule_id} {shift.statement}",
    }


def check_correct(about: About, given: dict[str, Any]) -> Check:
    """Old and new last day of every clock that starts from the corrected fact."""
    event, subject = split(given["moment"])
    return _moved(about, {"correct": [event, subject, given["on"]]})


def check_close(about: About, given: dict[str, Any]) -> Check:
    """What is closed, how, with how much recovered."""
    case = about.file.case
    left = max(case.claim_amount - about.file.received, case.claim_amount * 0)
    rows = [
        {"label": _("案号"), "value": case.number},
        {"label": _("结案方式"), "value": ClosingType(given["closing_type"]).label, "note": given["ground"]},
        {"label": _("结案日期"), "value": plain_day(given["on"])},
        {"label": _("实际到位"), "value": format_yuan(about.file.received), "note": _left(left)},
        {"label": _("未办结节点"), "value": _open_nodes(about.file)},
    ]
    return Check(rows, _("结案后本案各项期限停止，未办结节点随之终止；撤销须另行报批。"), _("结案"))


def check_filing(about: About, given: dict[str, Any]) -> Check:
    """Each corrected value, old and new, then every clock that it moves."""
    file = about.file
    changes: list[Any] = []

    def tried(locked: Any, _change: dict[str, Any]) -> None:
        changes.extend(try_correction(locked, given["correction"], actor=file.user, at=file.at))

    moved = preview(case_id=file.case.pk, actor=file.user, change={}, try_out=tried)
    rows = [_changed_row(change, file) for change in changes]
    return Check([*rows, *(_moved_row(file, each) for each in moved if each.old != each.new)])


def _changed_row(change: Any, file: CaseFile) -> dict[str, Any]:
    label, old, new = change_parts(change, file.state.labels)
    words = f"{old or _('（空）')} → {new or _('（空）')}" if old or new else _("已更正")
    return {"label": label, "value": words}


def split(text: str) -> tuple[str, int]:
    """ "JZ-D-01:12" as rule and subject."""
    name, _sep, subject = text.rpartition(":")
    return name, int(subject)


def _left(left: Any) -> str:
    return _("未到位 %(amount)s") % {"amount": format_yuan(left)} if left else _("已全部到位")


def _open_nodes(file: CaseFile) -> str:
    standing = [n for n in file.nodes if n.state == "open" and not file.definition(n).outlives_closing]
    names = "、".join(file.title(node) for node in standing[:5] if node.kind != "closing")
    count = sum(1 for node in standing if node.kind != "closing")
    return _("%(count)d 个：%(names)s") % {"count": count, "names": names} if count else _("无")


def subject_of(about: About, text: str) -> int | None:
    """The subject of a hold; the case itself is None."""
    return None if int(text) == about.file.state.root else int(text)


def _moved(about: About, change: dict[str, Any], *, after_approval: bool = False, tried: Any = None) -> Check:
    """The clocks whose last day the change moves; those past their end stay as they are and are left out."""
    file = about.file
    found = preview(case_id=file.case.pk, actor=file.user, change=change, try_out=tried)
    moved = [each for each in found if each.old != each.new]
    warning = "" if moved else _("没有期限因此变动，请核对日期。")
    if tried is not None and not moved:
        warning = _("没有正在计时的期限因此变动；所列节点仍按规则停止或者恢复。")
    if moved and after_approval:
        warning = _("审批通过前，各项期限不变；通过后按上面的日期重算。")
    return Check([_moved_row(file, each) for each in moved], warning)


def _moved_row(file: CaseFile, moved: Moved) -> dict[str, Any]:
    old = plain_day(moved.old) if moved.old else _("停止计时")
    new = plain_day(moved.new) if moved.new else _("停止计时")
    rule = file.state.book.rule(moved.rule_id)
    duty = load_vocabulary().duties.get(rule.duty, moved.rule_id)
    about = "" if moved.subject == file.case.number else f"（{moved.subject}）"
    tag = _("，暂定") if moved.provisional else ""
    return {
        "label": f"{duty}{about}",
        "value": f"{old} → {new}{tag}",
        "note": f"{moved.rule_id} {moved.statement}",
    }
