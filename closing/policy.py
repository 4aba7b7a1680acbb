"""Who looks at a 终本 file before it is closed: whom the court's rules name, else whose role may."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.snapshot import Locked
from courts.models import User
from courts.scope import roles
from kernel.errors import NotAllowed
from regimes.flow import View

MATTER = "termination_review"


def named_reviewers(locked: Locked) -> tuple[str, ...]:
    """The roles that the rules of the case name for it (JZ 三(二)3); nothing where they are silent."""
    rule = locked.book.approval(MATTER, View(locked.state()).facts(locked.root))
    return rule.chain if rule is not None else ()


def may_review(locked: Locked, actor: User) -> bool:
    """Whether this person looks at the file."""
    named = named_reviewers(locked)
    return actor.scope.has(*named) if named else actor.scope.may(MATTER, "A")


def must_review(locked: Locked, actor: User) -> None:
    """Raises NotAllowed, with the roles that may."""
    if may_review(locked, actor):
        return
    named = named_reviewers(locked) or [
        role for role, each in roles().items() if "A" in each["rights"].get(MATTER, "")
    ]
    words = "、".join(str(roles()[role]["zh"]) for role in named if role in roles())
    raise NotAllowed(_("终本卷宗由%s审核。") % words, fix=_("请%s办理。") % words)
