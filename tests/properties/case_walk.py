"""One case walked at random through the verbs: every act here is what an officer, a leader or the bank could do.

`pick` chooses among what the case offers at the moment; an act that the rules refuse is a step that changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cases.actions import money
from cases.actions.assigning import assign_case, hand_over_cases, recuse, seal_case
from cases.actions.completing import complete_node
from cases.actions.filing import file_case
from cases.actions.holding import correct_start, deduct, extend, resume_case, suspend_case
from cases.actions.tasks import accept_node, give_sheet, offer_node, refuse_node, return_node
from cases.actions.undoing import VOIDABLE, cancel_case, void_act, voided_ids
from cases.models import Case, Fact, Hold, Node, Party, Task
from closing.actions import closing
from closing.models import TerminationReview
from courts.models import User
from deadlines.models import Deadline
from events import log, relay
from events.models import Event
from funds.actions.payees import register_payee
from funds.actions.payouts import confirm_paid, return_payout
from funds.actions.receipts import identify_receipt, record_receipt
from funds.models import Payout, Receipt
from kernel import time
from kernel.errors import DomainError
from measures.actions import controlling, disposing
from measures.actions.controlling import DISPOSAL_CONDITIONS, Taking
from measures.actions.finding import Found, add_property, record_feedback
from measures.models import CASH, Control, Property
from regimes.nodes import FieldDef
from tests.factories.cases import House, applicant, filing, key, respondent
from tests.properties.offers import DEFINITIONS, FIRST_DAY, ITEMS, STARTS, Offers, chosen


@dataclass
class Walk:
    """A case, the people around it and the moving clock. refused: what the rules said no to."""

    home: House
    other: User
    case: Case
    at: dt.datetime
    refused: list[str] = field(default_factory=list)

    def act(self, wait: dt.timedelta, verb: Callable[[], object]) -> None:
        """Let time pass, act, let the road up run. What the rules refuse is noted."""
        self.at += wait
        with time.travel(self.at):
            try:
                verb()
            except DomainError as error:
                self.refused.append(f"{type(error).__name__} {error.code}: {error}")
            while relay.run():
                pass

    @property
    def today(self) -> dt.date:
        """The court's date of the step."""
        return time.today()

    @property
    def given(self) -> dict[str, Any]:
        """What nearly every verb takes: when and its key."""
        return {"at": time.now(), "key": key()}

    @property
    def handler(self) -> User:
        """Who holds the case now."""
        return Case.objects.select_related("owner").get(pk=self.case.pk).owner or self.home.handler

    def assign(self) -> None:
        assign_case(
            case_id=self.case.pk,
            owner=self.home.handler,
            team=self.home.team,
            actor=self.home.director,
            **self.given,
        )

    def hand_over(self) -> None:
        to = self.other if self.handler == self.home.handler else self.home.handler
        hand_over_cases(
            case_ids=[self.case.pk],
            owner=to,
            team=self.home.team,
            reason="调岗",
            actor=self.home.director,
            **self.given,
        )

    def recuse(self) -> None:
        to = self.other if self.handler == self.home.handler else self.home.handler
        recuse(
            case_id=self.case.pk, owner=to, team=None, reason="近亲属", actor=self.home.director, **self.given
        )

    def seal(self) -> None:
        seal_case(
            case_id=self.case.pk,
            sealed=not self.case.sealed,
            reason="涉密",
            actor=self.home.director,
            **self.given,
        )
        self.case.refresh_from_db()

    def instruct(self, pick: int) -> None:
        """A task sheet for a colleague."""
        node = chosen(self._open_nodes(), pick)
        give_sheet(node_id=node.pk, doer=self.home.clerk, words="请办", actor=self.home.leader, **self.given)

    def pass_on(self, pick: int) -> None:
        """Whoever has a node in hand offers it to the leader."""
        held = chosen(self._tasks("held"), pick)
        offer_node(node_id=held.node_id, to=self.home.leader, reason="外出", actor=held.doer, **self.given)

    def answer(self, pick: int) -> None:
        """An offer is taken or, every other time, refused."""
        offered = chosen(self._tasks("offered"), pick)
        given = {"node_id": offered.node_id, "actor": offered.doer, **self.given}
        if pick % 2:
            refuse_node(reason="已满", **given)
        else:
            accept_node(**given)

    def give_back(self, pick: int) -> None:
        """Whoever has a node in hand returns it."""
        held = chosen(self._tasks("held"), pick)
        return_node(node_id=held.node_id, reason="材料不齐", actor=held.doer, **self.given)

    def in_hand(self) -> bool:
        """Whether anybody has a node of the case in hand."""
        return bool(self._tasks("held"))

    def _tasks(self, state: str) -> list[Task]:
        return list(Task.objects.filter(case=self.case, state=state).select_related("doer").order_by("pk"))

    def complete(self, pick: int, quirk: int) -> None:
        """An open node with a plain form; quirk: which choices, and whether a date lies days back."""
        nodes = [n for n in self._open_nodes() if DEFINITIONS[n.kind].form == "declared"]
        node = chosen(nodes, pick)
        definition = DEFINITIONS[node.kind]
        values = {f.key: value for f in definition.fields if (value := self._value(f, quirk)) is not None}
        complete_node(
            node_id=node.pk,
            seen_version=node.version,
            values=values,
            actor=self.handler,
            on=self.today,
            **self.given,
        )

    def feedback(self, items: Sequence[int]) -> None:
        node = self._open("network_feedback")
        record_feedback(
            node_id=node.pk,
            seen_version=node.version,
            items=[self._found(number) for number in items],
            queried=["deposits", "vehicles"],
            national=True,
            on=self.today,
            actor=self.handler,
            **self.given,
        )

    def find(self, item: int) -> None:
        add_property(
            case_id=self.case.pk,
            item=self._found(item),
            source="clue",
            on=self.today,
            actor=self.handler,
            **self.given,
        )

    def control(self, pick: int) -> None:
        row = chosen(self._properties(), pick)
        kind = "freeze" if row.kind in CASH else "seal"
        taking = Taking(row.pk, kind, min(row.value, Decimal(60000)), self.today)
        controlling.take_control(case_id=self.case.pk, takings=[taking], actor=self.handler, **self.given)

    def leave(self, pick: int) -> None:
        row = chosen(self._properties(), pick)
        controlling.leave_uncontrolled(
            property_id=row.pk, reason="价值过低", on=self.today, actor=self.handler, **self.given
        )

    def disposable(self, pick: int) -> None:
        row = chosen(self._properties(), pick)
        controlling.mark_disposable(
            property_id=row.pk,
            conditions=list(DISPOSAL_CONDITIONS),
            on=self.today,
            actor=self.handler,
            **self.given,
        )

    def transfer(self, pick: int) -> None:
        row = chosen(self._properties(), pick)
        controlling.deduct(
            case_id=self.case.pk,
            amounts=[(row.pk, Decimal(800))],
            on=self.today,
            actor=self.handler,
            **self.given,
        )

    def release(self, pick: int) -> None:
        control = chosen(list(Control.objects.filter(case=self.case).order_by("id")), pick)
        controlling.release(
            control_id=control.pk, reason="和解", on=self.today, actor=self.handler, **self.given
        )

    def price(self) -> None:
        node = self._open("reference_price_set")
        disposing.set_price(
            **self._seen(node),
            price=Decimal(50000),
            method="commissioned_valuation",
            on=self.today,
            report="评1号",
        )

    def announce(self, gap: int) -> None:
        node = self._open("auction_announcement")
        terms = disposing.Announcement(
            announced_on=self.today,
            opens_on=self.today + dt.timedelta(days=gap),
            starting_price=Decimal(40000),
            deposit=Decimal(4000),
            platform="平台",
        )
        disposing.announce_auction(**self._seen(node), announcement=terms)

    def result(self, *, sold: bool) -> None:
        node = self._open("auction_result")
        disposing.record_result(
            **self._seen(node), sold=sold, price=Decimal(41000) if sold else None, on=self.today
        )

    def suspend(self) -> None:
        suspend_case(
            case_id=self.case.pk, ground="（2023）中止1号", on=self.today, actor=self.handler, **self.given
        )

    def resume(self) -> None:
        resume_case(case_id=self.case.pk, on=self.today, actor=self.handler, **self.given)

    def extend(self, pick: int, days: int) -> None:
        clock = chosen(list(Deadline.objects.open().filter(case_id=self.case.pk).order_by("id")), pick)
        extend(
            case_id=self.case.pk,
            rule_id=clock.rule_id,
            subject_id=clock.subject_id,
            days=days,
            ground="案情复杂",
            approval_id=1,
            name="approval:1",
            **self.given,
        )

    def deduct(self, pick: int, days: int) -> None:
        clock = chosen(list(Deadline.objects.open().filter(case_id=self.case.pk).order_by("id")), pick)
        deduct(
            case_id=self.case.pk,
            kind="valuation",
            first=self.today - dt.timedelta(days=days),
            last=self.today,
            rules=[clock.rule_id],
            ground="评估期间",
            approval_id=2,
            name="approval:2",
            **self.given,
        )

    def void(self, pick: int) -> None:
        history = self.history()
        gone = voided_ids(history)
        event = chosen([event for event in history if event.kind in VOIDABLE and event.pk not in gone], pick)
        void_act(
            case_id=self.case.pk,
            event_id=event.pk,
            reason="误办",
            approval_id=3,
            name="approval:3",
            **self.given,
        )

    def correct(self, pick: int, days: int) -> None:
        facts = Fact.objects.filter(case=self.case, key__in=[f"@{name}" for name in STARTS]).order_by("id")
        fact = chosen([fact for fact in facts if fact.value], pick)
        correct_start(
            case_id=self.case.pk,
            event=fact.key.removeprefix("@"),
            subject_id=fact.subject_id,
            on=max(FIRST_DAY, self.today - dt.timedelta(days=days)),
            reason="收件戳有误",
            actor=self.home.president,
            **self.given,
        )

    def interview(self) -> None:
        values = {name: "见笔录" for name in closing.INTERVIEW_FIELDS} | {"signed": True, "agrees": True}
        closing.record_interview(
            **self._seen(self._open("termination_interview")), values=values, on=self.today
        )

    def request_termination(self) -> None:
        closing.request_termination(case_id=self.case.pk, on=self.today, actor=self.handler, **self.given)

    def review(self, *, passed: bool) -> None:
        review = chosen(list(TerminationReview.objects.filter(case=self.case).order_by("-id")), 0)
        closing.review_termination(
            review_id=review.pk,
            passed=passed,
            defects="" if passed else "缺笔录",
            on=self.today,
            actor=self.home.reviewer,
            **self.given,
        )

    def close(self, closing_type: str) -> None:
        closing.close_case(
            case_id=self.case.pk,
            closing_type=closing_type,
            on=self.today,
            ground="申请人撤回申请",
            actor=self.handler,
            **self.given,
        )

    def archive(self) -> None:
        closing.archive_case(
            case_id=self.case.pk, on=self.today, volumes="1", actor=self.handler, **self.given
        )

    def cancel(self) -> None:
        cancel_case(case_id=self.case.pk, reason="重复立案", approval_id=4, name="approval:4", **self.given)

    def receive(self, amount: int) -> None:
        receipt = record_receipt(
            court=self.home.court,
            amount=Decimal(amount),
            arrived_on=self.today,
            payer_name="李四",
            account_tail="1001",
            bank_serial=key(),
            remark="",
            actor=self.home.funds,
            **self.given,
        )
        identify_receipt(receipt_id=receipt.pk, about=self.case.about, actor=self.home.funds, **self.given)

    def pay(self, pick: int) -> None:
        """The whole way of a small amount: registered, asked, approved by another, sent, confirmed."""
        receipts = Receipt.objects.filter(book__about=self.case.about).order_by("id")
        free = [
            receipt for receipt in receipts if not receipt.payouts.exclude(state__in=("returned",)).exists()
        ]
        receipt = chosen(free, pick)
        payee = register_payee(
            about=self.case.about,
            court_id=self.home.court.pk,
            name="张三",
            bank="云州农商银行",
            account="6217000010001234567",
            account_doubt="测试账号",
            undertaking_file_id=1,
            signed_on=FIRST_DAY,
            actor=self.home.filing,
            **self.given,
        )
        while relay.run():
            pass
        payout = money.draft_payout(
            case_id=self.case.pk,
            receipt_id=receipt.pk,
            payee_id=payee.pk,
            amount=receipt.amount,
            communication_record=None,
            actor=self.handler,
            **self.given,
        )
        one = {"case_id": self.case.pk, "payout_id": payout.pk}
        money.approve_payout(**one, actor=self.home.director, **self.given)
        money.send_payout(**one, actor=self.home.funds, **self.given)
        confirm_paid(
            payout_id=payout.pk, bank_ref=key(), paid_on=self.today, actor=self.home.funds, **self.given
        )

    def send_back(self, pick: int) -> None:
        """退票: the bank gives a confirmed payment back."""
        paid = Payout.objects.filter(about=self.case.about, state="paid").order_by("id")
        return_payout(
            payout_id=chosen(list(paid), pick).pk,
            reason="账号有误",
            on=self.today,
            actor=self.home.funds,
            **self.given,
        )

    def offers(self) -> Offers:
        """What may be done next."""
        nodes = [node.kind for node in self._open_nodes()]
        return Offers(
            state=Case.objects.values_list("state", flat=True).get(pk=self.case.pk),
            nodes=frozenset(nodes),
            forms=sum(DEFINITIONS[kind].form == "declared" for kind in nodes),
            properties=len(self._properties()),
            voidable=Event.objects.filter(stream=self.case.about, kind__in=VOIDABLE).count(),
            receipts=Receipt.objects.filter(book__about=self.case.about).count(),
        )

    def history(self) -> list[Event]:
        """The events of the case in order."""
        return list(log.history(self.case.about))

    def open_hold(self) -> bool:
        """Whether a suspension stands."""
        return Hold.objects.filter(case=self.case, last=None, voided=False).exists()

    def _open_nodes(self) -> list[Node]:
        return list(Node.objects.filter(case=self.case, state="open").order_by("id"))

    def _open(self, kind: str) -> Node:
        return chosen([node for node in self._open_nodes() if node.kind == kind], 0)

    def _properties(self) -> list[Property]:
        return list(Property.objects.filter(case=self.case).order_by("id"))

    def _seen(self, node: Node) -> dict[str, Any]:
        return {"node_id": node.pk, "seen_version": node.version, "actor": self.handler, **self.given}

    def _found(self, number: int) -> Found:
        kind, label, value = ITEMS[number % len(ITEMS)]
        party = Party.objects.filter(case=self.case, role="respondent").order_by("id")[0]
        return Found(party.pk, kind, f"{label}-{number}", Decimal(value))

    def _value(self, given: FieldDef, quirk: int) -> Any:
        match given.type:
            case "date":
                return self.today - dt.timedelta(days=quirk % 3)
            case "choice":
                return given.choices[quirk % len(given.choices)].value
            case "boolean":
                return True
            case "number":
                return quirk % 4
            case "amount":
                return "100.00"
            case "file":
                return None
            case _:
                return "已办理"


def begin(home: House, other: User, *, phone: bool, location: str, two: bool, received_before: int) -> Walk:
    """File the case of a walk on its first day."""
    at = time.at_local(FIRST_DAY, 9, 30)
    more = [respondent(name="王五", phone="13900000002", location="in_city")] if two else []
    given = filing(
        FIRST_DAY,
        applicant(),
        respondent(phone="13900000001" if phone else "", location=location),
        *more,
        received_on=FIRST_DAY - dt.timedelta(days=received_before),
        application_on=FIRST_DAY - dt.timedelta(days=received_before),
        # Some courts let a basis be filed once only.
        basis=f"（2022）鄂9901民初{Case.objects.count() + 1}号民事判决书",
    )
    with time.travel(at):
        case = file_case(court=home.court, filing=given, actor=home.filing, at=at, key=key()).case
    return Walk(home, other, case, at)
