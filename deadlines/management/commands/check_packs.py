"""`manage check_packs [FILE...]`: every fault of the rule packs with line and cure; then what each holds."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import PackRelease
from regimes import packfile
from regimes.errors import PackError, PackErrors, RegimeError
from regimes.nodes import load_nodes
from regimes.packs import FOLDER, Library, Pack, load_library, parse_pack
from regimes.records import load_register, overtaken, unproven
from regimes.vocabulary import load_vocabulary

NAMES = {
    "deadlines": _lazy("期限"),
    "guards": _lazy("关口"),
    "pushes": _lazy("推送"),
    "checklists": _lazy("清单项"),
    "classifications": _lazy("分类"),
    "criteria": _lazy("条件"),
    "conversions": _lazy("转换"),
    "approvals": _lazy("审批"),
    "readings": _lazy("计算口径"),
    "duties_of_roles": _lazy("分工"),
    "indicators": _lazy("指标"),
    "stages": _lazy("阶段"),
    "flags": _lazy("标记"),
    "schedules": _lazy("定期工作"),
    "suggestions": _lazy("建议时限"),
    "inspections": _lazy("季度检查"),
}


class Command(BaseCommand):
    help = "检查规则包：逐行列出错误和改法，统计各包的规则数。有错误时返回 1。"
    requires_system_checks: list[str] = []  # noqa: RUF012  as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="文件", help="只看这些文件，可以在规则包目录之外")

    def handle(self, *_args: Any, **options: Any) -> None:
        packs, errors = _tree()
        errors += _nodes()
        if options["files"]:
            packs, errors = _chosen([Path(name) for name in options["files"]], packs, errors)
        try:
            errors += _changed_after_release(packs)
        except DatabaseError:
            self.stderr.write(_("没有连上数据库，没有与已发布的版本核对。"))
        errors += _unrecorded(packs)
        for error in errors:
            self.stdout.write(str(error))
        for pack in packs:
            self.stdout.write(_counts(pack))
        summary = _("%(packs)d 个规则包，%(errors)d 处错误。")
        self.stdout.write(summary % {"packs": len(packs), "errors": len(errors)})
        if errors:
            sys.exit(1)


def _tree() -> tuple[list[Pack], list[PackError]]:
    """The packs of the tree that can be read, and every fault of the tree."""
    try:
        return list(load_library().packs), []
    except PackErrors as found:
        files = sorted(FOLDER.glob("*/*.yaml"))
        packs = [pack for file in files if (pack := _readable(file, file.relative_to(FOLDER).as_posix()))]
        return packs, [_placed(error) for error in found.errors]


def _readable(file: Path, name: str) -> Pack | None:
    with suppress(PackErrors):
        return parse_pack(packfile.read(file.read_bytes(), name), name)
    return None


def _nodes() -> list[PackError]:
    """The catalogue of nodes: readable, and no event in it that the vocabulary does not know."""
    file = str(FOLDER / "nodes.yaml")
    try:
        nodes = load_nodes()
        events = load_vocabulary().events
    except PackErrors:
        return []
    except (RegimeError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        fix = getattr(error, "fix", "") or _("检查缩进、键名和引用的名称")
        return [_placed(PackError(file, mark.line + 1 if mark else 1, "nodes", str(error), str(fix)))]
    found: list[PackError] = []
    for node in nodes:
        named = {
            *node.opens,
            *(each.event for each in node.emits),
            *(node.closes.events if node.closes else ()),
        }
        for event in sorted(named - events.keys()):
            message = _("没有这个事件“%(event)s”") % {"event": event}
            fix = _("先在词汇表的 events 中登记")
            found.append(
                _placed(PackError(file, _line_of(file, node.kind), f"nodes[{node.kind}]", message, fix))
            )
    return found


def _unrecorded(packs: Iterable[Pack]) -> list[PackError]:
    """Names that no verb records, so that a rule would never take effect; names that wait for nothing any more."""
    file = FOLDER / "waiting.yaml"
    try:
        register = load_register()
    except (OSError, ValueError, yaml.YAMLError, AttributeError) as error:
        return [_placed(PackError(str(file), 1, "waiting", str(error), _("核对标题、缩进和各部分的名称")))]
    found = [_placed(error) for pack in packs for error in unproven(pack, register)]
    lines = file.read_text(encoding="utf-8").splitlines()
    for section, name in overtaken(register):
        line = next((n for n, text in enumerate(lines, start=1) if text.strip() == f"- {name}"), 1)
        message = _("“%s”已经有操作记录") % name
        found.append(_placed(PackError(str(file), line, f"{section}.{name}", message, _("从这里删去这一行"))))
    return found


def _chosen(
    files: Sequence[Path], packs: Sequence[Pack], errors: Sequence[PackError]
) -> tuple[list[Pack], list[PackError]]:
    """The packs and faults of the named files; one outside the tree is checked against the tree."""
    kept: list[Pack] = []
    found: list[PackError] = []
    for file in files:
        if file.resolve().is_relative_to(FOLDER):
            name = file.resolve().relative_to(FOLDER).as_posix()
            kept += [pack for pack in packs if pack.file == name]
            found += [error for error in errors if error.file == _shown(FOLDER / name)]
        else:
            pack, faults = _outside(file, [] if errors else packs)
            kept += [pack] if pack else []
            found += faults
    return kept, found


def _outside(file: Path, packs: Iterable[Pack]) -> tuple[Pack | None, list[PackError]]:
    name = str(file.resolve())
    try:
        pack = parse_pack(packfile.read(file.read_bytes(), name), name)
    except OSError:
        fault = PackError(name, 1, _("（全文）"), _("读不了这个文件"), _("核对文件名"))
        return None, [_placed(fault)]
    except PackErrors as found:
        return None, [_placed(error) for error in found.errors]
    try:
        Library([*(each for each in packs if each.name != pack.name), pack])
    except PackErrors as found:
        return pack, [_placed(error) for error in found.errors]
    return pack, []


def _changed_after_release(packs: Iterable[Pack]) -> list[PackError]:
    """A released version never changes: cases have been counted by it. One query."""
    released = {
        (code, version): digest
        for code, version, digest in PackRelease.objects.values_list("code", "version", "digest")
    }
    return [
        _placed(_changed(pack))
        for pack in packs
        if released.get((pack.code, pack.version), pack.digest) != pack.digest
    ]


def _changed(pack: Pack) -> PackError:
    message = _("第%(version)d版已经发布，发布后文件被改动（seed changed after release）")
    fix = _("恢复原文；要修改的，另存为 %(next)d.yaml 并写 version: %(next)d") % {"next": pack.version + 1}
    lines = pack.text.splitlines()
    line = next((n for n, text in enumerate(lines, start=1) if text.startswith("version:")), 1)
    return PackError(pack.file, line, "version", message % {"version": pack.version}, fix)


def _placed(error: PackError) -> PackError:
    """The fault with a path that can be opened from where the command runs."""
    return replace(error, file=_shown(FOLDER / error.file))


def _shown(file: Path) -> str:
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def _line_of(file: str, kind: str) -> int:
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return next((n for n, text in enumerate(lines, start=1) if text.strip().startswith(f"{kind}:")), 1)


def _counts(pack: Pack) -> str:
    """JZ-2023/1  期限 23  关口 12 …, empty sections left out."""
    parts: Iterator[str] = (f"{name} {n}" for key, name in NAMES.items() if (n := _size(pack, key)))
    return f"{pack.name:<14}{'  '.join(parts)}"


def _size(pack: Pack, section: str) -> int:
    rules = getattr(pack, section)
    return sum(len(each.items) for each in rules) if section == "checklists" else len(rules)
