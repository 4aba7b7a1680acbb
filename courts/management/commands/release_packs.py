"""`scripts/manage release_packs`: release every pack of the tree that is not released yet; exit 1 when one is wrong."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from courts.actions.packs import release_pack
from kernel import time
from kernel.errors import Conflict
from regimes.packs import PackErrors, load_library


class Command(BaseCommand):
    help = "把规则包目录中尚未发布的版本写入数据库。已发布的版本不可改动。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            library = load_library()
        except PackErrors as errors:
            self.stderr.write(str(errors))
            sys.exit(1)
        for pack in library.packs:
            try:
                release_pack(pack=pack, text=pack.text, at=time.now(), actor="system:seed")
            except Conflict as error:
                self.stderr.write(f"{error} {error.fix}")
                sys.exit(1)
            self.stdout.write(f"规则包 {pack.code} 第 {pack.version} 版：已发布。")
