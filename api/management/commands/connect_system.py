"""`scripts/manage connect_system`: give another system a token, which is printed this once."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from api.actions.tokens import connect_system
from api.models import Scope
from courts.models import Court
from kernel import time
from kernel.errors import BadInput


class Command(BaseCommand):
    help = "为对接系统签发接口令牌（只显示一次）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="系统代号，例如 case-system")
        parser.add_argument("--name", default="", help="系统名称，例如 综合业务系统；已接入的系统可不填")
        parser.add_argument("--court", required=True, help="法院代码，例如 鄂9901")
        parser.add_argument(
            "--scope", action="append", required=True, help=f"可重复：{'、'.join(Scope.values)}"
        )
        parser.add_argument("--until", type=dt.date.fromisoformat, help="截止日期；不填为一年")

    def handle(self, *_args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError(f"没有代码为“{options['court']}”的法院。")
        at = time.now()
        try:
            row, token = connect_system(
                username=options["username"],
                full_name=options["name"] or options["username"],
                court=court,
                scopes=options["scope"],
                until=options["until"] or time.today(at) + dt.timedelta(days=365),
                actor="system:install",
                at=at,
            )
        except BadInput as error:
            raise CommandError(f"{error} {error.fix}") from error
        self.stdout.write(token)
        self.stderr.write(
            f"令牌至 {row.until} 有效，只显示这一次，请妥善保存。停用：在系统管理的“接口令牌”中。"
        )
