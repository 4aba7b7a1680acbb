"""`manage.py demo`: fill an empty demo installation with an invented city, three years of cases, one sign-in per role."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from cases.models import Case
from courts.calendar import calendar_for
from courts.models import CalendarDay, PackRelease, User
from enforcement.demo.courts import ACTOR
from enforcement.demo.inspection import inspect
from enforcement.demo.people import make_people, write_logins
from enforcement.demo.printing import printing
from enforcement.demo.programme import DEFAULT_SIZE, make_cases
from enforcement.demo.script import Script, hurried, relay_all
from events import log
from kernel import time
from notices.actions.messages import mark_read
from notices.models import Message
from supervision.actions.figures import keep_night

STREAM = "demo"
UNREAD_DAYS = 7


class Command(BaseCommand):
    help = "写入演示数据（仅限演示环境）。已经写好的不再改动；中断过的接着写完。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", type=int, default=DEFAULT_SIZE, help="案件数，默认 %(default)s")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not (settings.DEMO and settings.TIME_TRAVEL):
            raise CommandError("这不是演示环境（须同时设置 DEMO=1 和 TIME_TRAVEL=1），没有写入任何内容。")
        logins = settings.DATA_DIR / "demo-logins.txt"
        if log.find(STREAM, "finished") is not None:
            write_logins(logins)
            self.stdout.write("演示数据已经写好，未做改动。")
            return
        if log.find(STREAM, "started") is None and User.objects.exists():
            raise CommandError("数据库里已有用户，不是空的演示环境，没有写入任何内容。")
        self._seed()
        now, size = self._begin(options["cases"])
        with printing(), hurried():
            refused = self._tell(now, size)
        # The last papers were drawn after the story was told, and each has told of itself.
        relay_all()
        write_logins(logins)
        log.append(
            stream=STREAM,
            kind="demo.finished",
            actor=ACTOR,
            at=now,
            key="finished",
            data={"refused": refused},
        )
        self.stdout.write(f"演示数据：{Case.objects.count()} 件案件。账号见 {logins}。")

    def _begin(self, size: int) -> tuple[dt.datetime, int]:
        """The instant that is "now" of the story, and its size; an earlier start that was cut short has said so already."""
        now = time.now()
        started = log.find(STREAM, "started") or log.append(
            stream=STREAM,
            kind="demo.started",
            actor=ACTOR,
            at=now,
            key="started",
            data={"now": now.isoformat(), "cases": size},
        )
        return dt.datetime.fromisoformat(started.data["now"]), started.data["cases"]

    def _seed(self) -> None:
        """What every court needs, where the launcher has not seen to it."""
        if not CalendarDay.objects.exists():
            call_command("seed_calendar", verbosity=0, stdout=self.stdout)
        if not PackRelease.objects.exists():
            call_command("release_packs", verbosity=0, stdout=self.stdout)
            call_command("seed_templates", verbosity=0, stdout=self.stdout)

    def _tell(self, now: dt.datetime, size: int) -> list[str]:
        """Everything that happened up to now; the keys of the verbs that refused."""
        since = time.today(now) - dt.timedelta(days=4 * 365)
        with time.travel(time.at_local(since, 9)):
            benches = make_people(time.now(), since)
        script = Script(now, calendar_for(benches[0].court.pk))
        make_cases(script, benches, size)
        told = script.run()
        for line in told.refused:
            self.stderr.write(line)
        inspect(benches, now)
        _read_old_notices(now)
        with transaction.atomic():
            keep_night(at=now)
        return [line.partition("：")[0] for line in told.refused]


def _read_old_notices(now: dt.datetime) -> None:
    """Everybody has read what is older than a week."""
    for user in User.objects.filter(kind=User.Kind.STAFF):
        old = Message.objects.unread_by(user).filter(created_at__lt=now - dt.timedelta(days=UNREAD_DAYS))
        mark_read(user=user, message_ids=list(old.values_list("pk", flat=True)), at=now)
