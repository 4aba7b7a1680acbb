"""`scripts/manage audit_clocks`: name everything late or orphaned among clocks, messages, events and papers; exit 1 if
there is anything.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from kernel import time
from supervision.auditor import KINDS, Audit, Finding, audit


class Command(BaseCommand):
    help = "时钟审计：逐条指出没有期限在走的案件、到点未发的提醒、滞留的消息和文书、没有传到的事件。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = audit(at=time.now())
        for finding in found.findings:
            self.stdout.write(_line(finding))
        for line in _summary(found):
            self.stdout.write(line)
        if found.faults:
            sys.exit(1)


def _line(finding: Finding) -> str:
    since = f"，自 {time.local(finding.since):%Y-%m-%d %H:%M}" if finding.since else ""
    number = f"{finding.number} " if finding.number else ""
    return f"{finding.kind.title}：{number}{finding.place}，{finding.words.strip()}{since}"


def _summary(found: Audit) -> list[str]:
    counts = "，".join(f"{kind.title} {len(found.of(kind))}" for kind in KINDS.values())
    late = "，".join(f"{words} {count}" for words, count in found.lateness)
    return [
        f"检查结果：{counts}。",
        f"最近的提醒比应发时间晚：{late}。",
        f"共发现异常 {len(found.faults)} 处。",
    ]
