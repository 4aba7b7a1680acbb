"""Whose nodes a worklist shows: one's own, one's group's, one's team's, the whole court's."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import User
from courts.scope import roles
from regimes.nodes import load_nodes

TITLES = {
    "own": _("我的节点"),
    "group": _("本组节点"),
    "team": _("团队节点"),
    "court": _("全院节点"),
    "below": _("辖区节点"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What the roles of a person let through, summed up.

    courts, teams: seen whole. groups: node kinds done for a whole court; helped: node kinds done for a team.
    """

    owners: tuple[int, ...]
    widest: str
    courts: frozenset[int] = frozenset()
    group_courts: frozenset[int] = frozenset()
    groups: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    helped_teams: frozenset[int] = frozenset()
    helped: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """What the list is called."""
        return str(TITLES[self.widest])

    @property
    def sees_colleagues(self) -> bool:
        """Whether the list can be narrowed down to one officer."""
        return self.widest in ("team", "court", "below")

    def rows(self, kind: str) -> Q:
        """Rows with court_id, team_id, owner_id and the node's kind in the column `kind`."""
        reached = Q(owner_id__in=self.owners)
        if self.courts:
            reached |= Q(court_id__in=self.courts)
        if self.teams:
            reached |= Q(team_id__in=self.teams)
        if self.groups:
            reached |= Q(court_id__in=self.group_courts, **{f"{kind}__in": self.groups})
        if self.helped:
            reached |= Q(team_id__in=self.helped_teams, **{f"{kind}__in": self.helped})
        return reached

    def kinds(self) -> list[tuple[str, str]]:
        """(kind, name) of the nodes that can be in the list, in the order of the catalogue."""
        only = self.groups | self.helped if self.widest == "group" else frozenset()
        return [(node.kind, node.zh) for node in load_nodes() if not only or node.kind in only]


def reach_of(user: User) -> Reach:
    """What a member of staff works on: a role that reads all tasks of its court sees the court; one that only does
    its own kinds of node sees these; a team's people see the team. No query beyond the person's scope.
    """
    scope = user.scope
    whole = {role for role in scope.roles if _sees(role) in ("court", "below") and _reads_all(role)}
    groups = frozenset[str]().union(*(owned(role) for role in scope.roles - whole if _sees(role) == "court"))
    team_roles = {role for role in scope.roles if _sees(role) == "team"}
    leads = {role for role in team_roles if not owned(role)}
    helped = frozenset[str]().union(*(owned(role) for role in team_roles - leads))
    return Reach(
        owners=scope.owners,
        widest=_widest(scope.roles, whole, leads, groups | helped),
        courts=scope.courts if whole else frozenset(),
        group_courts=scope.courts,
        groups=groups,
        teams=scope.teams if leads else frozenset(),
        helped_teams=scope.teams,
        helped=helped,
    )


@functools.cache
def owned(role: str) -> frozenset[str]:
    """The kinds of node that a role does for others (a handler's are the case's own)."""
    return frozenset(node.kind for node in load_nodes() if node.owner == role)


def _widest(held: frozenset[str], whole: set[str], leads: set[str], groups: frozenset[str]) -> str:
    if any(_sees(role) == "below" for role in whole):
        return "below"
    if whole:
        return "court"
    if leads:
        return "team"
    return "group" if groups and "handler" not in held else "own"


def _sees(role: str) -> str:
    return str(roles().get(role, {}).get("sees", ""))


def _reads_all(role: str) -> bool:
    """May read or approve every task of its court, or stands above it."""
    letters = roles()[role].get("rights", {}).get("tasks", "")
    return _sees(role) == "below" or not set("RA").isdisjoint(letters)
