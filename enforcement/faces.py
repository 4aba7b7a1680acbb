"""What every page shares: the frame around it, refusals in plain words, the lock-out page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from desk.selectors.frame import MOST, Frame, frame_of
from desk.selectors.views import address_of
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, NotFound, WrongState

STATUS = {BadInput: 422, Conflict: 409, NotAllowed: 403, NotFound: 404, WrongState: 422}


class PlainWords:
    """Turns a refusal of a verb that no form has caught into a page that says what is wrong and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
        template = f"{status}.html" if status in (403, 404, 409) else "400.html"
        return render(
            request, template, {"error": error, "message": str(error), "fix": error.fix}, status=status
        )


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Five wrong passwords: say so, and when to try again."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {"locked_out": True, "minutes": minutes, "form": None}
    return render(request, "registration/login.html", context, status=429)


# label, url name, icon, right (area, letters of which one is enough) or None for all staff
NAVIGATION: list[tuple[Any, list[tuple[Any, str, str, tuple[str, str] | None]]]] = [
    (
        "",
        [
            (_("我的节点"), "desk:worklist", "list-check", None),
            (_("集约事项"), "desk:central", "inbox", None),
            (_("案件"), "desk:cases", "folder", None),
            (_("审批"), "desk:approvals", "rubber-stamp", None),
            (_("通知"), "desk:notifications", "bell", None),
            (_("外出代理"), "desk:delegations", "user-check", None),
            (_("保存的视图"), "desk:views", "stack-2", None),
        ],
    ),
    (
        _("案件管理"),
        [
            (_("台账导入"), "desk:ledgers", "file-import", ("file", "W")),
            (_("分案"), "desk:assign", "user-check", ("assign", "W")),
            (_("移交案件"), "desk:handover", "transfer", ("assign", "W")),
            (_("跨院移送"), "desk:case_transfers", "replace", ("assign", "W")),
            (_("国家系统"), "desk:national", "replace", ("national", "W")),
            (_("繁简转换"), "desk:conversions", "arrows-exchange", ("triage", "RWAS")),
        ],
    ),
    (
        _("案款"),
        [
            (_("财务"), "desk:finance", "cash", ("receipt", "W")),
            (_("银行流水"), "desk:finance_statements", "file-import", ("receipt", "W")),
            (_("案款认领"), "desk:finance_match", "checks", ("receipt", "W")),
            (_("不明款"), "desk:finance_unclaimed", "help-circle", ("receipt", "W")),
            (_("审批与付款"), "desk:payments", "rubber-stamp", ("fund_pay", "WA")),
            (_("日结"), "desk:finance_close", "calendar", ("receipt", "W")),
            (_("案款账龄"), "desk:fund_ageing", "hourglass", ("report", "RWS")),
            (_("案款登记簿"), "desk:fund_registers", "notebook", None),
        ],
    ),
    (
        _("告知当事人"),
        [
            (_("当事人留言"), "desk:letters", "mailbox", None),
            (_("信访登记簿"), "desk:petitions", "inbox", ("petition", "RWAS")),
            (_("短信异常"), "desk:sms", "message", ("clocks", "RWS")),
            (_("推送覆盖"), "desk:coverage", "send", ("clocks", "RWS")),
        ],
    ),
    (
        _("监督"),
        [
            (_("指挥中心"), "supervision:board", "layout-dashboard", ("report", "RWS")),
            (_("督办"), "supervision:orders", "speakerphone", None),
            (_("季度检查"), "supervision:inspections", "checklist", ("inspection", "RWS")),
            (_("检查结论"), "supervision:findings", "list-check", None),
            (_("周通报"), "supervision:bulletin", "report-analytics", ("report", "RWS")),
            (_("质效指标"), "supervision:indicators", "chart-bar", ("report", "RWS")),
            (_("阶段报告"), "supervision:reports", "notebook", ("report", "RWS")),
            (_("时钟审计"), "supervision:clocks", "clock-exclamation", ("clocks", "RS")),
        ],
    ),
    (
        _("工具"),
        [
            (_("期限计算器"), "deadlines:calculator", "calculator", None),
            (_("工作日历"), "desk:calendar", "calendar-event", None),
            (_("规则库"), "desk:rules", "book", None),
            (_("规则发布"), "desk:releases", "versions", ("packs", "WA")),
            (_("长时任务"), "jobs:jobs", "hourglass", ("packs", "WA")),
        ],
    ),
    (
        _("系统设置"),
        [
            (_("人员"), "desk:people", "users", ("users", "W")),
            (_("机构"), "desk:units", "sitemap", ("users", "W")),
            (_("法院"), "desk:courts", "building", ("users", "W")),
            (_("角色与权限"), "desk:roles", "user-shield", ("users", "W")),
            (_("短信文本"), "desk:texts", "message", ("texts", "W")),
        ],
    ),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    """The frame: product, who this is and where, what waits, navigation, the instant the page was made.

    A view that has read the time leaves it in request.at. One query beyond the person's scope, and the time.
    """
    user = getattr(request, "user", None)
    frame = {
        "product": settings.PRODUCT_NAME,
        **_of_party(request, user),
        "nav": [],
        "demo": settings.DEMO,
        "second_factor_required": settings.MFA_REQUIRED,
    }
    if user is None or not user.is_authenticated or user.kind != user.Kind.STAFF:
        return frame
    at = getattr(request, "at", None) or time.now()
    known = frame_of(user, at)
    nav = _navigation(request, known)
    return {
        **frame,
        "nav": nav,
        "way_back": _way_back(request, nav),
        "waits": _waits(request, known),
        "at": at,
        "me_links": [_item(_("系统管理"), "admin:index", "settings")] if user.is_superuser else [],
        "me": {"name": user.full_name or user.username, "place": known.place or user.username},
        "bell": {"url": reverse("desk:notifications"), "count": _shown(known.unread)},
        "printed_by": user.full_name,
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
    }


def _of_party(request: HttpRequest, user: Any) -> dict[str, Any]:
    """What a page without a frame of its own (a refusal) says to a party: its product, its way home, plain words."""
    if user is not None and user.is_authenticated:
        for_party = user.kind == user.Kind.PARTY
    else:
        for_party = request.path.startswith(reverse("portal:home_of_party"))
    if not for_party:
        return {}
    return {"for_party": True, "product": _("执行服务"), "home": reverse("portal:home_of_party")}


def _waits(request: HttpRequest, known: Frame) -> str:
    """How much waits on this list, for the title of the tab; a view that counts it anyway passes its own `waits`."""
    counts = {"desk:approvals": known.waiting, "desk:notifications": known.unread}
    return next((_shown(n) for name, n in counts.items() if request.path == reverse(name)), "")


def _navigation(request: HttpRequest, known: Frame) -> list[dict[str, Any]]:
    """The groups with at least one entry that this person may open; the entry with the longest address is current."""
    counts = {
        "desk:worklist": {"count": _shown(known.overdue), "tone": "over" if known.overdue else ""},
        "desk:approvals": {"count": _shown(known.waiting)},
        "desk:notifications": {"count": _shown(known.unread)},
    }
    groups = []
    for label, entries in NAVIGATION:
        items = [
            _item(*entry[:3]) | counts.get(entry[1], {})
            for entry in entries
            if _may_open(request.user, entry[3])
        ]
        if items:
            groups.append({"label": label, "items": items})
    if known.views:
        groups.append({"label": _("保存的视图"), "items": [_view(request, view) for view in known.views]})
    here = [item for group in groups for item in group["items"] if request.path.startswith(item["url"])]
    if here:
        max(here, key=lambda item: len(item["url"]))["current"] = True
    return groups


def _way_back(request: HttpRequest, nav: list[dict[str, Any]]) -> dict[str, str] | None:
    """The list a page below it was opened from, as it was filtered there; None on the lists themselves."""
    items = [item for group in nav for item in group["items"]]
    here = next((item for item in items if item.get("current")), None)
    if here is None or request.path == here["url"]:
        return None
    came = urlsplit(request.headers.get("referer", ""))
    kept = f"?{came.query}" if came.query and came.path == here["url"] and _is_ours(came, request) else ""
    return {"label": here["label"], "url": here["url"] + kept}


def _is_ours(came: SplitResult, request: HttpRequest) -> bool:
    return came.netloc == request.get_host()


def _view(request: HttpRequest, view: dict[str, Any]) -> dict[str, Any]:
    """A pinned view; it never takes the mark of the page it narrows."""
    url = address_of(view["page"], view["query"])
    current = request.get_full_path() == url
    return {
        "label": view["name"],
        "url": url,
        "icon": "stack-2",
        "count": _shown(view["count"]),
        "current": current,
    }


def _may_open(user: Any, right: tuple[str, str] | None) -> bool:
    if right is None or user.is_superuser:
        return True
    area, letters = right
    return any(user.scope.may(area, letter) for letter in letters)


def _item(label: Any, name: str, icon: str) -> dict[str, Any]:
    return {"label": label, "url": reverse(name), "icon": icon}


def _shown(number: int) -> str:
    return "" if not number else f"{MOST}+" if number > MOST else str(number)
