"""The description of the interface: OpenAPI, and its page, with everything it needs from this server."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.actions.calls import HEADER, LONGEST
from api.serializers import Problem
from courts.access import staff

PROBLEM = "application/problem+json"
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="每一次操作一个不重复的编号；重发同一操作时沿用，不会重复办理",
)
REFUSALS = {
    401: "没有有效的令牌",
    403: "没有权限",
    404: "没有找到",
    409: "与已有内容冲突",
    415: "不支持的请求格式",
    400: "请求无法读取",
    422: "内容有误",
    429: "请求过于频繁",
}


def answers(
    good: dict[int, Any], *, acts: bool = False, missing: bool = False, refused: bool = False
) -> dict[Any, Any]:
    """Good answers by status, and the refusals that an address can give. acts: it takes a body and a key."""
    statuses = [401, 403, 429]
    statuses += [400, 409, 415, 422] if acts else [422] if refused else []
    statuses += [404] if missing or acts else []
    refusals = {
        (status, PROBLEM): OpenApiResponse(Problem, description=REFUSALS[status]) for status in statuses
    }
    return {**good, **refusals}


class Schema(SpectacularAPIView):
    """OpenAPI 3, for staff."""

    authentication_classes = ()
    permission_classes = ()


class Page(SpectacularSwaggerSplitView):
    """To read and try, for staff. Our own frame: the stock one has a style element, which the policy refuses."""

    authentication_classes = ()
    permission_classes = ()
    url_name = "api:schema"
    template_name = "api/docs.html"


schema = staff()(Schema.as_view())
page = staff()(Page.as_view())
