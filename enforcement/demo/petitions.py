"""Petitions of the demo: one answered on the spot and closed, one on its way to the bureau chief."""

from __future__ import annotations

from courts.models import User
from enforcement.demo.case import DemoCase
from kernel import time
from petitions.actions import petitions, replies
from petitions.actions.petitions import Registration
from petitions.models import Petition

SPOT = "执行款预计什么时候能够发放？"
PANEL = "请求说明评估进展，并尽快处置查封的财产。"


def register(case: DemoCase, demand: str, *, channel: str = "visit", oral: str = "") -> DemoCase:
    """信访登记 by the one who is there for it; oral: all was answered at once."""
    name = next(party.name for party in case.parties if party.role == "applicant")
    return case.do(
        lambda key, day: petitions.register_petition(
            case_id=case.case_id,
            given=Registration(
                channel=channel,
                level="basic",
                name=name,
                demand=demand,
                received_on=day,
                oral=oral,
                is_on_spot=bool(oral),
            ),
            actor=_officer(case),
            at=time.now(),
            key=key,
        )
    )


def close(case: DemoCase, demand: str) -> DemoCase:
    """办结 of what was answered."""
    return case.do(
        lambda key, _day: petitions.close_petition(
            petition_id=_pk(case, demand),
            words="信访人表示满意。",
            is_resolved=True,
            actor=_officer(case),
            at=time.now(),
            key=key,
        )
    )


def hear(case: DemoCase, demand: str) -> DemoCase:
    """The panel studies it."""
    return case.do(
        lambda key, day: replies.hear_panel(
            petition_id=_pk(case, demand),
            on=day,
            members="陈审判、林审判、周审判",
            opinion="应当书面说明评估进展和处置安排。",
            actor=_officer(case),
            at=time.now(),
            key=key,
        )
    )


def ask(case: DemoCase, demand: str) -> DemoCase:
    """The written answer lies with the bureau chief."""
    return case.do(
        lambda key, _day: replies.ask_reply(
            petition_id=_pk(case, demand),
            words="查封的财产已经委托评估。\n评估报告作出后三日内启动拍卖，并及时告知您拍卖日期。",
            actor=_officer(case),
            at=time.now(),
            key=key,
        )
    )


def _officer(case: DemoCase) -> User:
    """信访专人, or in a court without one whoever handles the case."""
    return case.who("petition_officer") if "petition_officer" in case.bench.people else case.handler


def _pk(case: DemoCase, demand: str) -> int:
    return Petition.objects.values_list("pk", flat=True).get(case_id=case.case_id, demand=demand)
