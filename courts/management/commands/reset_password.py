"""`scripts/manage reset_password USERNAME`: a new password, to be changed at the next sign-in; unlocks the account."""

import secrets
import sys
from getpass import getpass
from typing import Any

from axes.utils import reset as unlock
from django.core.management.base import BaseCommand, CommandError, CommandParser

from courts.actions.users import reset_password
from courts.models import User
from kernel import time
from kernel.errors import BadInput


class Command(BaseCommand):
    help = "重设某人的密码并解除登录锁定；本人下次登录须修改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--password-stdin", action="store_true", help="从标准输入读取密码")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(f"没有用户“{options['username']}”。请核对用户名。")
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\n")
        elif sys.stdin.isatty():
            password = getpass("新密码（至少 10 位）：")
        else:
            raise CommandError("请加 --password-stdin 并从标准输入给出新密码。")
        key = f"reset:{secrets.token_hex(8)}"
        try:
            reset_password(user=user, password=password, actor="system:command", at=time.now(), key=key)
        except BadInput as error:
            raise CommandError(f"{error} {error.fix}") from error
        unlock(username=user.username)
        self.stdout.write(f"已重设 {user.username} 的密码。")
