"""A day at work in the demo: 督办 with an addition, nodes passed on in bulk with 常用语, a party's letter and clue draft."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.actions import batches
from cases.actions.keeping import keep_files
from cases.models import Access, Batch, Case, Node, Party
from courts.models import User
from desk.actions.phrases import add_phrase
from enforcement.demo.case import DemoCase, undertaking
from enforcement.demo.stories import account, found, start
from jobs import running
from kernel import time
from petitions.actions.letters import answer_letter, write_letter
from petitions.models import Letter
from portal.actions.drafts import save_clue_draft
from portal.actions.signing import issue_paper_code, sign_in_by_paper
from supervision.actions.adding import add_to_order
from supervision.actions.orders import issue_order
from supervision.models import Order

PHRASES = (
    "已电话告知被执行人到院谈话。",
    "经走访未发现可供执行的财产，已制作笔录。",
    "材料不全，已通知补正。",
)
MOST = 3
"""Nodes that are passed on together."""


def watched(case: DemoCase) -> None:
    """The command centre wants the account frozen; two days later the president adds to the order that stands."""
    found(case, account(case, "0.6"))

    def issued(key: str, day: dt.date) -> object:
        due = case.script.calendar.add_workdays(day, 5)
        words = "已查到被执行人账户，请在三日内冻结并反馈结果。"
        return issue_order(
            case_id=case.case_id, words=words, due_on=due, actor=case.who("command_centre"), at=time.now(), key=key
        )  # fmt: skip

    def added(key: str, _day: dt.date) -> object:
        order = Order.objects.get(case_id=case.case_id, kind=Order.Kind.ORDER)
        words = "冻结后一并说明被执行人的工资收入情况。"
        return add_to_order(
            order_id=order.pk, words=words, actor=case.who("president"), at=time.now(), key=key
        )

    case.at(case.script.workdays_ago(3)).do(issued)
    case.wait(2).do(added)


def passed_on(case: DemoCase) -> None:
    """The leader gives field work of one kind in the team to one field officer, who works with phrases."""
    start(case)

    def verb(key: str, _day: dt.date) -> object:
        leader, mate = case.who("team_leader"), case.who("field_officer")
        for words in PHRASES:
            add_phrase(words=words, actor=mate, at=time.now())
        if not Batch.objects.filter(key=key, asked_by=leader).exists():
            _pass_on(case, leader, mate, key)
        # Kept last: a load that was cut short does the whole step again, and none of it twice.
        kept = [_picture("外出审批单.png")]
        return keep_files(case_id=case.case_id, uploads=kept, actor=leader, at=time.now(), key=key)

    case.at(case.script.workdays_ago(1)).do(verb)


def written_to(case: DemoCase) -> None:
    """The applicant signs in with the code of a paper, writes with a picture, is answered, and has begun a clue."""
    found(case, account(case, "0.2"))

    def signed_in(key: str, _day: dt.date) -> object:
        code = issue_paper_code(
            case_id=case.case_id, party_id=_applicant(case).pk, actor=case.handler, at=time.now(), key=key
        )
        return sign_in_by_paper(code=code, place="demo", at=time.now())

    def written(key: str, _day: dt.date) -> object:
        by = {
            "case_id": case.case_id,
            "party_id": _applicant(case).pk,
            "actor": _reader(case),
            "at": time.now(),
        }
        save_clue_draft(words="听说被执行人在县城汽车站旁边", specific=False, urgent=False, **by)
        words = "被执行人的门面还在营业，昨天拍了照片，请法院去看看。"
        return write_letter(topic="other", words=words, photos=[_picture("门面.png")], key=key, **by)

    def answered(key: str, _day: dt.date) -> object:
        letter = Letter.objects.get(case_id=case.case_id)
        words = "照片已收到，明天上午派外勤人员现场调查，结果会在这里告诉您。"
        return answer_letter(letter_id=letter.pk, words=words, actor=case.handler, at=time.now(), key=key)

    case.at(case.script.workdays_ago(2)).do(signed_in)
    case.do(written)
    case.wait(1).do(answered)


def _pass_on(case: DemoCase, leader: User, mate: User, key: str) -> None:
    """Freeze, fill in, confirm, and do the rows: the node of this case and a few like it."""
    own = Node.objects.open().filter(case_id=case.case_id, kind="onsite_investigation").earliest("pk")
    like = Node.objects.open().filter(kind=own.kind, team_id=own.team_id)
    ids = [own.pk, *like.exclude(pk=own.pk).order_by("pk").values_list("pk", flat=True)[: MOST - 1]]
    made = batches.freeze_nodes_to_pass_on(
        node_ids=ids, conditions=["kind"], whole=False, actor=leader, at=time.now(), key=key
    )
    words = "同一片区，请一次走访完。"
    batches.fill(batch_id=made.pk, actor=leader, common={"doer": mate.pk, "words": words})
    running.run(batches.confirm(batch_id=made.pk, actor=leader, at=time.now()).pk)


def _applicant(case: DemoCase) -> Party:
    return Case.objects.get(pk=case.case_id).parties.filter(role="applicant").earliest("pk")


def _reader(case: DemoCase) -> User:
    return Access.objects.select_related("user").get(case_id=case.case_id, party=_applicant(case)).user


def _picture(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, undertaking(), content_type="image/png")
