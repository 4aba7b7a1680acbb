"""Refusals as application/problem+json (RFC 9457), in the words that a person reads on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

from api.authentication import Refusals
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, NotFound, WrongState

STATUS = {BadInput: 422, WrongState: 422, Conflict: 409, NotAllowed: 403, NotFound: 404}
CONTENT_TYPE = "application/problem+json"


def titles() -> dict[int, str]:
    """What a status means here."""
    return {
        400: _("请求无法读取"),
        401: _("没有有效的令牌"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("不支持的方法"),
        406: _("不支持的返回格式"),
        409: _("与已有内容冲突"),
        415: _("不支持的请求格式"),
        422: _("内容有误"),
        429: _("请求过于频繁"),
    }


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem document of an error; None for a defect of ours, which becomes 500 and is logged."""
    request = context["request"]
    if isinstance(error, DomainError):
        status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
        problem = {"detail": str(error), "fix": str(error.fix), "code": error.code}
        if error.field:
            problem["errors"] = [{"field": error.field, "message": str(error)}]
        return _response(request, status, problem)
    if isinstance(error, exceptions.AuthenticationFailed) and Refusals().one_more(request):
        error = exceptions.Throttled(wait=60)
    given = exception_handler(error, context)
    if given is None:
        return None
    status = given.status_code
    problem = {"detail": _words(error)}
    if isinstance(error, exceptions.ValidationError):
        status = 422
        problem = {"detail": _("有字段填写有误。"), "errors": list(_lines(error.detail))}
    response = _response(request, status, problem)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in given.headers:
            response[header] = given.headers[header]
    return response


def _response(request: Any, status: int, problem: dict[str, Any]) -> Response:
    filled = {name: value for name, value in problem.items() if value}
    body = {"type": "about:blank", "title": titles().get(status, ""), "status": status, **filled}
    # A client that asked for something else still gets told why.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), "application/json"
    return Response(body, status=status, content_type=CONTENT_TYPE)


def _words(error: Exception) -> str:
    if isinstance(error, Http404):
        return _("没有找到，或者不在这个令牌的法院范围内。")
    if isinstance(error, exceptions.ParseError):
        return _("请求内容不是合格的 JSON（UTF-8）。")
    if isinstance(error, PermissionDenied):
        return _("没有权限。")
    return str(getattr(error, "detail", error))


def _place(path: str, name: Any) -> str:
    if name == "non_field_errors":
        return path
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else str(name)


def _lines(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """One line a message: parties[0].name -> 必填项。"""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _lines(inner, _place(path, name))
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield {"field": path, "message": str(message)}
