"""A person's in-app notices, newest first, by what they are about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from courts.models import User
from deadlines.reminders import TOPIC as REMINDER
from kernel.keyset import Segment, page
from notices.models import Message
from notices.states import Channel, State

GROUPS = {
    "due": _("到期"),
    "supervision": _("督办"),
    "party": _("当事人"),
    "system": _("系统"),
}
_OF_GROUP = {
    "due": Q(topic=REMINDER),
    "supervision": Q(topic__contains="督办") | Q(topic__startswith="supervision"),
    "party": Q(topic__contains="留言") | Q(topic__startswith="letter") | Q(topic__startswith="clue"),
}
_REST = ~(_OF_GROUP["due"] | _OF_GROUP["supervision"] | _OF_GROUP["party"])


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. group: of GROUPS; number: the case, if the person may still see it."""

    message: Message
    group: str
    number: str

    @property
    def unread(self) -> bool:
        """Not opened yet."""
        return self.message.read_at is None


@dataclass(frozen=True, slots=True)
class Notices:
    """The page. unread: by group."""

    notices: list[Notice]
    unread: dict[str, int]
    next: str
    prev: str


def notifications(*, user: User, group: str = "", after: str = "", before: str = "") -> Notices:
    """The notices of a person, of one group or all. Three queries."""
    mine = Message.objects.filter(
        to_user_id=user.pk, channel=Channel.IN_APP, state__in=(State.DELIVERED, State.READ)
    )
    found = page([Segment("notice", mine.filter(_where(group)), ("-id",))], after=after, before=before)
    messages = [row for _name, row in found.rows]
    ids = {message.case_id for message in messages} - {None}
    numbers = (
        dict(Case.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "number")) if ids else {}
    )
    return Notices(
        notices=[Notice(m, group_of(m.topic), numbers.get(m.case_id, "")) for m in messages],
        unread=_unread(user),
        next=found.next,
        prev=found.prev,
    )


def unread_ids(user: User, group: str = "") -> list[int]:
    """Every unread notice of the person, of one group or all. One query."""
    return list(_rows(user).filter(_where(group)).values_list("pk", flat=True))


def group_of(topic: str) -> str:
    """Under which group a topic is shown."""
    if topic == REMINDER:
        return "due"
    if "督办" in topic or topic.startswith("supervision"):
        return "supervision"
    return "party" if "留言" in topic or topic.startswith(("letter", "clue")) else "system"


def _unread(user: User) -> dict[str, int]:
    counted: dict[str, int] = dict.fromkeys(GROUPS, 0)
    for topic, number in _rows(user).order_by().values_list("topic").annotate(n=Count("pk")):
        counted[group_of(topic)] += number
    return counted


def _rows(user: User) -> QuerySet[Message]:
    return Message.objects.unread_by(user)


def _where(group: str) -> Q:
    if group == "system":
        return _REST
    return _OF_GROUP.get(group, Q())
