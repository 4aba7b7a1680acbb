"""What every address of the interface shares: the token asked, the instant read once, the key of an act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.actions.calls import HEADER, note_call
from api.authentication import BearerToken, InScope, PerSystem
from api.problems import answer
from kernel import time


class OnlyJson(BaseContentNegotiation):
    """Whatever a client accepts, it gets JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((parser for parser in parsers if request.content_type in ("", parser.media_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Window(APIView):
    """scope: what the token must open (api.models.Scope)."""

    scope: str
    authentication_classes = (BearerToken,)
    permission_classes = (InScope,)
    throttle_classes = (PerSystem,)
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJson

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The instant of the call, before anybody is asked anything."""
        request.at = request._request.at = time.now()
        super().initial(request, *args, **kwargs)

    def given(self, shape: type, request: Request) -> dict[str, Any]:
        """The body as a serializer has cleaned it. Raises ValidationError, which becomes 422."""
        serializer = shape(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def key(self, request: Request) -> str:
        """The key of this act, once the call is noted; last before the verb, so that a refused form uses up none."""
        return note_call(
            user=request.user,
            key=request.headers.get(HEADER, ""),
            method=request.method or "",
            path=request.path,
            body=request._request.body,
            at=request.at,
        )


class Nowhere(APIView):
    """An address that the interface does not have: a program gets no page to read."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404
