"""manage verify_counts: count for every court what its board shows, row by row, and compare with the tallies."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supervision.recount import differences


class Command(BaseCommand):
    """The figures of the board against a live recount at the instant at which they were counted."""

    help = (
        "核对看板计数：与按计数时刻逐行重数的结果比较。计数之后改动过的节点会显示为差异，可隔一分钟再核对。"
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print each difference. Raises CommandError when there is one."""
        found = list(differences())
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} 处不一致")
        self.stdout.write("看板计数与重数一致")
