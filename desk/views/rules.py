"""规则库: every member of staff may read every rule."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import listing
from desk.addresses import here, number_in
from desk.selectors import rules as shelf
from desk.tables import rules as table
from kernel import time


@require_GET
@staff()
def rules(request: HttpRequest) -> HttpResponse:
    """规则库: the packs."""
    request.at = at = time.now()
    found = shelf.shelves(user=request.user, at=at)
    context = {
        "title": _("规则库"),
        "note": _("%(packs)d 个规则包，每条规则都写明出处") % {"packs": len(found)},
        "actions": [{"label": _("对比两个法院"), "url": reverse("desk:rule_compare"), "icon": "scale"}],
        "columns": table.pack_columns(),
        "groups": table.pack_groups(found),
    }
    return listing.show(request, "desk/rules.html", context, what="rules", title=context["title"])


@require_GET
@staff()
def pack(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version of a pack."""
    request.at = at = time.now()
    found = shelf.pack_page(
        user=request.user,
        code=code,
        version=version,
        section=request.GET.get("section", ""),
        number=number_in(request, "page") or 1,
        rule_id=request.GET.get("rule", ""),
        at=at,
    )
    if found is None:
        raise Http404

    def link(**changes: object) -> str:
        return here(request, ("section", "page"), **changes)

    context = {
        "title": found.pack.title,
        "note": f"{found.pack.code} · {_('第 %d 版') % found.pack.version}",
        "crumbs": [{"label": _("规则库"), "url": reverse("desk:rules")}, {"label": found.pack.code}],
        "facts": table.facts(found),
        "gaps": found.pack.gaps,
        "versions": table.version_tabs(found),
        "sections": table.section_tabs(found, link),
        "columns": table.rule_columns(),
        "groups": table.rule_groups(found),
        "caption": table.SECTIONS.get(found.section, ""),
        "footing": _("第 %(n)d 页，共 %(all)d 页") % {"n": found.number, "all": found.pages},
        "next_url": link(section=found.section, page=found.number + 1) if found.number < found.pages else "",
        "prev_url": link(section=found.section, page=found.number - 1) if found.number > 1 else "",
    }

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        part = shelf.pack_page(
            user=request.user,
            code=code,
            version=version,
            section=found.section,
            number=int(cursor or 1),
            rule_id="",
            at=at,
        )
        if part is None:
            raise Http404
        return table.rule_groups(part), str(part.number + 1) if part.number < part.pages else ""

    return listing.show(
        request,
        "desk/rule_pack.html",
        context,
        what="rule_pack",
        title=f"{found.pack.code} {context['caption']}",
        names=("section",),
        turn=turn,
    )


@require_GET
@staff()
def clocks(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Where one rule bites, in the cases this person sees."""
    request.at = at = time.now()
    found = shelf.clocks_of_rule(
        user=request.user,
        rule_id=rule_id,
        late=request.GET.get("late") == "1",
        at=at,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    if found is None:
        raise Http404

    def link(**changes: object) -> str:
        return here(request, ("late",), **changes)

    context = {
        "title": _("%(rule)s 正在计时的案件") % {"rule": found.rule.id},
        "note": f"{found.rule.statement} {found.rule.source}",
        "crumbs": [
            {"label": _("规则库"), "url": reverse("desk:rules")},
            {"label": found.pack.code, "url": table.address(found.pack)},
            {"label": found.rule.id},
        ],
        "tabs": [
            {"label": _("全部"), "url": link(late=None), "current": not found.late},
            {"label": _("已超期"), "url": link(late="1"), "current": found.late},
        ],
        "columns": table.clock_columns(),
        "groups": table.clock_groups(found, time.today(at), at),
        "empty": {
            "title": _("没有正在计时的案件"),
            "text": _("您能看到的案件中，这条规则没有在计时。"),
            "icon": "clock",
        },
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        part = shelf.clocks_of_rule(
            user=request.user, rule_id=rule_id, late=found.late, at=at, after=cursor, before=""
        )
        if part is None:
            raise Http404
        return table.clock_groups(part, time.today(at), at), part.next

    return listing.show(
        request,
        "desk/rule_clocks.html",
        context,
        what="rule_clocks",
        title=found.rule.id,
        names=("late",),
        turn=turn,
    )


@require_GET
@staff()
def compare(request: HttpRequest) -> HttpResponse:
    """Two courts side by side."""
    request.at = at = time.now()
    found = shelf.compared(
        user=request.user, a=number_in(request, "a"), b=number_in(request, "b"), today=time.today(at)
    )
    context = {
        "title": _("对比两个法院的规则"),
        "crumbs": [{"label": _("规则库"), "url": reverse("desk:rules")}, {"label": _("对比")}],
        "empty": {
            "title": _("没有可以对比的法院"),
            "text": _("至少两个法院采用了规则包，才能对比。"),
            "icon": "scale",
        },
    }
    if found is not None:
        first, second = found.chosen
        context |= {
            "note": _("%(a)s与%(b)s，按今天施行的规则逐项对照") % {"a": first.name, "b": second.name},
            "filters": table.compare_filters(found),
            "columns": table.compare_columns(found),
            "groups": table.compare_groups(found),
        }
    if found is None:
        return render(request, "desk/rule_compare.html", context)
    return listing.show(
        request,
        "desk/rule_compare.html",
        context,
        what="rule_compare",
        title=context["title"],
        names=("a", "b"),
    )
