"""`scripts/manage first_administrator`: on an empty installation create the one who creates the others."""

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courts.actions.users import create_staff
from courts.models import User
from kernel import time
from kernel.errors import BadInput


class Command(BaseCommand):
    help = "建立首个系统管理员（仅在还没有用户时）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default="")
        parser.add_argument("--password-stdin", action="store_true", help="从标准输入读取密码")

    def handle(self, *_args: Any, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            self.stdout.write("已有系统管理员，未做改动。")
            return
        asked = sys.stdin.isatty() and not options["password_stdin"]
        username = options["username"] or (input("管理员用户名：") if asked else "")
        if not username or not (asked or options["password_stdin"]):
            raise CommandError(
                "还没有系统管理员。请运行：scripts/manage first_administrator --username 用户名 --password-stdin"
            )
        password = getpass("密码（至少 10 位）：") if asked else sys.stdin.readline().rstrip("\n")
        try:
            create_staff(
                username=username,
                full_name="系统管理员",
                court=None,
                password=password,
                actor="system:install",
                at=time.now(),
                administers=True,
                must_change_password=False,
            )
        except BadInput as error:
            raise CommandError(f"{error} {error.fix}") from error
        self.stdout.write(f"已建立系统管理员 {username}。")
