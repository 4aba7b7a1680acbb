"""Who stands against whom in each case of a list, in one query."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from cases.models import Party

SHOWN = 2
BETWEEN = " ↔ "


def sides_of(case_ids: Collection[int]) -> dict[int, str]:
    """张三 ↔ 李四、王五等3人 by case. One query."""
    names: dict[int, dict[str, list[str]]] = {}
    wanted = Party.objects.filter(
        case_id__in=case_ids, role__in=(Party.Role.APPLICANT, Party.Role.RESPONDENT)
    )
    for case_id, role, name in wanted.order_by("id").values_list("case_id", "role", "name"):
        names.setdefault(case_id, {}).setdefault(role, []).append(name)
    return {
        case_id: BETWEEN.join(
            filter(None, (_side(roles.get(role, ())) for role in ("applicant", "respondent")))
        )
        for case_id, roles in names.items()
    }


def _side(names: Sequence[str]) -> str:
    shown = "、".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else _("%(names)s等%(n)d人") % {"names": shown, "n": len(names)}
