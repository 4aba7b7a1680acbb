"""`manage explain_deadline JZ-D-01 --start 2023-04-24`: when something is due and why; or many at once."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from deadlines.asking import (
    Circumstances,
    error_words,
    gathered,
    read_extension,
    read_fact,
    read_start,
    read_suspension,
)
from deadlines.batch import Answerer, answers
from deadlines.library import library_to_try
from deadlines.telling import told
from kernel import time
from kernel.errors import BadInput
from regimes.explain import Explanation

# Lines written at once: a line by line write costs more than the answer.
TOGETHER = 500


class Command(BaseCommand):
    help = "试算一条期限规则：到期日和逐日的理由。--batch 逐行读 JSON，逐行回答。"
    requires_system_checks: list[str] = []  # noqa: RUF012  as Django declares it

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rule", nargs="?", help="规则编号，例如 JZ-D-01")
        parser.add_argument("on", nargs="?", metavar="start", help="起算日，同 --start")
        parser.add_argument(
            "--start", help="起算日或时刻：2023-04-24、2023-04-24T18:30；固定日期的规则不用写"
        )
        parser.add_argument(
            "--fact",
            action="append",
            default=[],
            metavar="名称=值",
            help="案情，例如 service_channel=electronic",
        )
        parser.add_argument(
            "--suspend",
            action="append",
            default=[],
            metavar="起..止",
            help="不计入的期间，首尾都算：2023-04-26..2023-04-27；尚未恢复的不写止日",
        )
        parser.add_argument("--extend", action="append", default=[], metavar="30days", help="批准延长的期间")
        parser.add_argument("--court", default="", metavar="代字", help="用哪个法院的日历，默认全国日历")
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出 JSON")
        parser.add_argument("--batch", metavar="文件", help="每行一个 JSON 问题，- 表示标准输入")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["batch"] is not None:
                self._answer_all(options)
            else:
                self._answer_one(options)
        except BadInput as error:
            if options["as_json"]:
                self.stdout.write(_as_text({"error": str(error), "fix": str(error.fix)}))
            else:
                self.stderr.write(error_words(error))
            sys.exit(1)

    def _answer_one(self, options: dict[str, Any]) -> None:
        if not options["rule"]:
            raise BadInput(
                _("没有写规则编号"), field="rule", fix=_("例如 explain_deadline JZ-D-01 --start 2023-04-24")
            )
        answerer = Answerer(library_to_try(), time.today())
        explanation = answerer.explain(options["rule"], self._around(options, answerer), options["court"])
        text = _as_text(explanation.as_json()) if options["as_json"] else _as_lines(explanation)
        self.stdout.write(text)

    def _around(self, options: dict[str, Any], answerer: Answerer) -> Circumstances:
        start = options["start"] or options["on"]
        suspensions = (_ends(text) for text in options["suspend"])
        return Circumstances(
            start=read_start(start, today=answerer.today) if start else None,
            suspensions=tuple(read_suspension(*ends, today=answerer.today) for ends in suspensions),
            extensions=tuple(read_extension(text) for text in options["extend"]),
            facts=gathered(read_fact(pair) for pair in options["fact"]),
        )

    def _answer_all(self, options: dict[str, Any]) -> None:
        if options["rule"] or options["fact"] or options["suspend"] or options["extend"] or options["start"]:
            message = _("--batch 不能与规则编号和其他条件一起写")
            raise BadInput(message, field="batch", fix=_("把条件写进每一行的 JSON 里"))
        failures: list[None] = []
        answerer = Answerer(library_to_try(), time.today())
        answerer.calendar(options["court"])
        with _opened(options["batch"]) as lines:
            found = answers(answerer, lines, failed=lambda: failures.append(None), court=options["court"])
            for block in _blocks(found):
                self.stdout.write(block)
        if failures:
            self.stderr.write(_("有 %(n)d 行没有算出，见输出中的 error。") % {"n": len(failures)})
            sys.exit(1)


def _ends(text: str) -> tuple[str, str | None]:
    """2023-04-26..2023-04-27 as its two ends; no second end: not resumed yet."""
    first, dots, last = text.partition("..")
    if not dots or not first.strip():
        message = _("看不懂不计入的期间“%(text)s”") % {"text": text[:60]}
        fix = _("写成 2023-04-26..2023-04-27；尚未恢复的写 2023-04-26..")
        raise BadInput(message, field="suspensions", fix=fix)
    return first, last.strip() or None


@contextlib.contextmanager
def _opened(name: str) -> Iterator[Iterable[str]]:
    """The lines of a file, or of standard input for -. What is not UTF-8 fails in its own line only."""
    if name == "-":
        yield (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
        return
    try:
        with Path(name).open(encoding="utf-8-sig", errors="replace") as lines:
            yield lines
    except OSError as error:
        message = _("读不了文件“%(name)s”") % {"name": name}
        raise BadInput(message, field="batch", fix=_("核对文件名和读取权限")) from error


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        held.append(line)
        if len(held) == TOGETHER:
            yield "\n".join(held)
            held.clear()
    if held:
        yield "\n".join(held)


def _as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def _as_lines(explanation: Explanation) -> str:
    return "\n".join(told(explanation))
