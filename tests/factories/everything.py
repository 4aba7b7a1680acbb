"""A court in which every list of the desk and of supervision has a row, for the tests that walk all lists.

One person holds every role there; what only the court above sees, its bureau sees.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cases.actions.asking import ask_approval
from cases.actions.assigning import assign_case
from cases.actions.converting import record_trigger
from cases.actions.ledgers import take_ledger
from cases.actions.money import approve_payout, draft_payout
from cases.actions.paying import send_in_file
from cases.actions.transfers import ask_transfer
from cases.actions.triage import classify_case
from cases.models import Access, Case, Party
from courts.actions.delegating import delegate
from courts.actions.staffing import take_staff
from courts.models import Appointment, User
from courts.scope import roles
from deadlines.models import Deadline
from desk.actions.views import save_view
from funds.models import Payee
from kernel import time
from notices.inapp import StaffNotice, tell_staff
from notices.models import Message
from petitions.actions.letters import write_letter
from petitions.actions.petitions import Registration, register_petition
from supervision.actions.orders import issue_order
from supervision.actions.tables import publish_due
from supervision.inspections.models import Inspection, InspectionDraw
from tests.cases.test_national import line, listed, sheet
from tests.cases.test_transferring import offer
from tests.factories.cases import House, applicant, assign, assigned, filed, filing, house, key, respondent
from tests.factories.courts import person, unit
from tests.factories.inspections import bureau, by, drawn, enter_all, section
from tests.factories.ledgers import messy
from tests.factories.staffsheets import staff_sheet
from tests.factories.statements import bank_account, confirmed, row, written
from tests.supervision.test_inspections import handed_all
from tests.walks.stage import money, on, payee

NOW = "2026-03-20 09:00"
FIRM = "楚江市云泽区长风智能装备制造与供应链管理有限责任公司东城分公司"


@dataclass
class Stage:
    """The court, who holds every role there, the court beside that sorts cases by track, an inspection under way."""

    home: House
    everyone: User
    beside: House
    case: Case
    inspection: Inspection

    def user(self, who: str) -> User:
        """everyone, chief (of the bureau above), beside (the director of the court beside)."""
        found = {"everyone": self.everyone, "chief": self.home.superior, "beside": self.beside.director}
        return User.objects.get(pk=found[who].pk)


def everything() -> Stage:
    """Fill every list, as of NOW. About six seconds."""
    with time.travel("2026-03-02 09:00"):
        home = house()
        everyone = home.centre
        for role in roles():
            given = {"user": everyone, "court": home.court, "role": role}
            Appointment.objects.get_or_create(**given, defaults={"since": "2020-01-01"})
        everyone = User.objects.get(pk=everyone.pk)
        case = assigned(home, filing("2026-03-02", applicant("买买提·吐尔逊江"), respondent(FIRM)))
        for number in range(2):
            assigned(home, filing(f"2025-0{number + 2}-10", imported=True))
    with time.travel("2026-03-12 09:00"):
        filed(home, filing("2026-03-12"))
        own = filed(home, filing("2026-03-12"))
        assign_case(
            case_id=own.pk, owner=everyone, team=home.team, actor=home.director, at=time.now(), key=key()
        )
    with time.travel("2026-03-16 09:00"):
        publish_due(at=time.now())
    with time.travel("2026-03-19 09:00"):
        _asked(home, everyone, case)
        _told(home, everyone, case)
        _sheets(home, everyone, case)
        save_view(name="本院案件", page="cases", query="", actor=everyone, at=time.now())
        inspection = _inspected(home)
        offer(home, assigned(home, filing("2026-03-02")), house(parent=home.court.parent).court)
    _paid(home, everyone, case)
    beside = house(packs=("SQ-2022",), parent=home.court.parent)
    _converted(beside)
    return Stage(home, everyone, beside, case, inspection)


def _asked(home: House, everyone: User, case: Case) -> None:
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    facts = {"rule": clock.rule_id, "subject": clock.subject_id, "days": 15}
    given: dict[str, Any] = {"matter": "extension", "ground": "正在协调送达平台。", "at": time.now()}
    ask_approval(case_id=case.pk, facts=facts, actor=home.handler, key=key(), **given)
    own = Case.objects.get(owner=everyone)
    clock = Deadline.objects.get(case_id=own.pk, rule_id="JZ-D-01")
    facts = {"rule": clock.rule_id, "subject": clock.subject_id, "days": 5}
    ask_approval(case_id=own.pk, facts=facts, actor=everyone, key=key(), **given)
    issue_order(case_id=case.pk, words="三日内发出执行通知", due_on=dt.date(2026, 3, 25), **by(everyone))
    delegate(
        absent=everyone, to=home.handler, first=dt.date(2026, 3, 23), last=dt.date(2026, 3, 24), reason="培训",
        **by(everyone),
    )  # fmt: skip


def _told(home: House, everyone: User, case: Case) -> None:
    notice = StaffNotice(
        court_id=home.court.pk, team_id=None, owner_id=None, about=case.about, case_id=case.pk, topic="期限提醒",
        rule_id="", node="", level="warn", to_user_id=everyone.pk, text="还有一日到期。", key=key(),
    )  # fmt: skip
    tell_staff([notice], at=time.now())
    failed = Message.objects.filter(channel="sms", court=home.court, state="waiting").order_by("id")[:1]
    Message.objects.filter(pk__in=[each.pk for each in failed]).update(
        state="failed", reason="bad_number", due_at=None
    )
    party = Party.objects.filter(case=case, role="applicant").order_by("id")[0]
    reader = person(kind="party", name=party.name)
    Access.objects.create(user=reader, case=case, side="applicant", party=party)
    write_letter(
        case_id=case.pk, party_id=party.pk, topic="progress", words="评估什么时候出结果？", **by(reader)
    )
    visit = Registration(
        channel="visit",
        level="basic",
        name=party.name,
        demand="请求说明进展。",
        received_on=dt.date(2026, 3, 18),
    )
    officer = person(home.court, "petition_officer", name="尤信访")
    register_petition(case_id=case.pk, given=visit, **by(officer))


def _sheets(home: House, everyone: User, case: Case) -> None:
    with TemporaryDirectory() as folder:
        at = Path(folder)
        ledger = messy(at / "台账.xlsx", home.court.code)
        take_ledger(court=home.court, path=ledger, name=ledger.name, sheet="", **by(everyone))
        zhang = ("zhangsan", "张三", "员额法官", None, None, None, "承办人", "2026-01-05", None)
        take_staff(
            court=home.court, path=staff_sheet(at / "人员.xlsx", zhang), name="人员.xlsx", **by(everyone)
        )
        listed(home, sheet(at / "a.xlsx", line(case, "N1", handler="王某")), key=key())


def _inspected(home: House) -> Inspection:
    place = bureau(home)
    inspection = drawn(place, year=2026, quarter=1)
    first = section(inspection, "over_long").draws.order_by("position")[0]
    for draw in InspectionDraw.objects.filter(section__inspection=inspection).select_related("section"):
        enter_all(place, draw, {"JZ-N-01-2": "没有清积计划"} if draw.pk == first.pk else {})
    handed_all(place, inspection)
    return inspection


def _paid(home: House, everyone: User, case: Case) -> None:
    """Lines nobody claimed; money that waits, is asked for, approved, and in a file."""
    with on("2026-03-18 10:00"):
        account = bank_account(home.court, home.finance)
        confirmed(account, written([row("2026-03-18", income="36820.15"), row("2026-03-18", income="10.00")]), home.finance)  # fmt: skip
        payee(home, case)
        receipts = [money(home, case, f"{number}234.50", f"P{number}") for number in range(1, 6)]
    with on("2026-03-19 10:00"):
        asked = [
            draft_payout(
                case_id=case.pk, receipt_id=each.pk, payee_id=Payee.objects.get(about=case.about).pk,
                amount=each.amount, communication_record=None, **by(home.handler),
            )
            for each in receipts[:3]
        ]  # fmt: skip
        ask_transfer(
            case_id=case.pk, kind="escrow", amount=Decimal("4234.50"), cause="payee_refuses", ground="拒不领取",
            receipt_id=receipts[3].pk, **by(home.handler),
        )  # fmt: skip
    with on("2026-03-19 11:00"):
        for each in asked[:2]:
            approve_payout(case_id=case.pk, payout_id=each.pk, **by(home.director))
        send_in_file(
            payout_ids=[asked[0].pk], account_id=account.pk, layout="generic-csv", **by(home.finance)
        )


def _converted(beside: House) -> None:
    with on("2026-03-03 09:30"):
        case = filed(beside, filing("2026-03-03", amount="300000.00"))
        assign(beside, case)
    with on("2026-03-10"):
        classes = {"case_class": "simple"}
        classify_case(
            case_id=case.pk,
            classes=classes,
            facts={},
            reason="和解一次付清",
            on=time.today(),
            **by(beside.centre),
        )
        Case.objects.filter(pk=case.pk).update(team=unit(beside.court, function="fast", name="第一速执团队"))
        record_trigger(
            case_id=case.pk, event="objection_filed", words="书面异议", on=time.today(), **by(beside.handler)
        )
