"""May this person do this with an inspection? Asked inside the verb, after the lock, and by the pages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from courts.models import Court, User
from supervision.inspections.models import InspectionDraw, InspectionFinding, InspectionSection
from supervision.policy import require


def may_inspect(court_id: int, actor: User) -> bool:
    """Who inspects for a court: with the right to write, seeing that court whole."""
    scope = actor.scope
    return scope.may("inspection", "W") and court_id in scope.courts and court_id in scope.home


def may_check(section: InspectionSection, actor: User) -> bool:
    """Who checks a section: its inspector, and where none is named any of the court."""
    return may_inspect(section.inspection.court_id, actor) and section.inspector_id in (None, actor.pk)


def may_answer(draw: InspectionDraw, actor: User) -> bool:
    """Who answers for a case and puts it right: its handler, who works in its team, who leads its court."""
    case, scope = draw.case, actor.scope
    if may_inspect(draw.section.inspection.court_id, actor):
        return False
    works = scope.may("tasks", "W") or scope.may("tasks", "A")
    return (
        scope.holds(case.owner_id) or works and (case.team_id in scope.teams or case.court_id in scope.courts)
    )


def require_plan(court: Court, actor: User) -> None:
    """Raises NotAllowed."""
    require(
        may_inspect(court.pk, actor),
        _("您没有组织季度检查的权限。"),
        _("由中级人民法院执行局的检查人员办理。"),
    )


def require_check(section: InspectionSection, actor: User) -> None:
    """Raises NotAllowed."""
    require(
        may_check(section, actor),
        _("这一项检查不由您办理。"),
        _("由指定的检查人办理，或者请方案制定人改派。"),
    )


def require_answer(draw: InspectionDraw, actor: User) -> None:
    """Raises NotAllowed."""
    require(
        may_answer(draw, actor),
        _("您不能对这一检查结论申辩或者整改。"),
        _("由被检查案件的承办人、所在团队或者承办法院的负责人办理。"),
    )


def require_other(finding: InspectionFinding, actor: User) -> None:
    """Raises NotAllowed: nobody verifies what they put right themselves."""
    require(
        finding.rectified_by_id != actor.pk,
        _("自己办理的整改不能由自己核实。"),
        _("由其他检查人员核实。"),
    )
