"""`scripts/manage verify_books`: name everything in the books that does not agree; exit 1 if there is
anything.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from funds.audit import differences
from funds.models import Book, Journal, Payout, Receipt


class Command(BaseCommand):
    help = "核对案款账目：借贷平衡、余额、到账与认领、发放状态、事件链；逐条指出不符之处。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = 0
        for difference in differences():
            found += 1
            self.stdout.write(difference.text)
        counts = [model.objects.count() for model in (Book, Journal, Receipt, Payout)]
        self.stdout.write(
            "共核对 {} 个案款账户、{} 笔分录、{} 笔到账、{} 笔发放，发现不符 {} 处。".format(*counts, found)
        )
        if found:
            sys.exit(1)
