"""审批与付款 on the pages: chosen, shown with its total in capitals, done; one batch from file to the bank's answer."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.actions.money import draft_payout
from cases.models import Case
from desk.onetime import new_key
from funds.actions.payouts import cancel_payout
from funds.models import Allocation, Instruction, Payee, PayeeAccount, PaymentBatch, Payout
from kernel import time
from tests.documents.pdf_text import text as pdf_text
from tests.factories.cases import House, assigned, filing, house
from tests.factories.forms import fill, form_of, signed_in, text_of
from tests.factories.pages import main
from tests.factories.statements import bank_account
from tests.walks.stage import money, on, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


def asked(home: House, number: int = 2) -> list[Payout]:
    """A case whose officer has asked for payouts of `number` receipts of 100.50, 101.50 ... yuan."""
    with on("2023-04-24 09:30"):
        case: Case = assigned(home, filing("2023-04-24"))
        payee(home, case)
    made = []
    with on("2023-05-10 10:00"):
        receipts = [money(home, case, f"{100 + each}.50", f"P{each}") for each in range(number)]
    with on("2023-05-10 11:00"):
        for each, receipt in enumerate(receipts):
            made.append(
                draft_payout(
                    case_id=case.pk,
                    receipt_id=receipt.pk,
                    payee_id=Payee.objects.get(about=case.about).pk,
                    amount=receipt.amount,
                    communication_record=None,
                    actor=home.handler,
                    at=time.now(),
                    key=f"draft{each}",
                )
            )
    return made


def post(client: Client, name: str, chosen: list[Payout], **more: object):
    selected = [row.pk for row in chosen]
    address = f"/finance/payments/do/{name}"
    return client.post(address, {"act_key": new_key(), "selected": selected, **more}, follow=True)


def test_from_approval_to_the_banks_answer(home: House) -> None:
    with on("2023-05-12 10:00"):
        made = asked(home)
        account = bank_account(home.court, home.finance)
        checker, payer = signed_in(home.director), signed_in(home.finance)
        shown = main(post(checker, "approve", made))
        assert "贰佰零贰元整" in shown
        assert {row.state for row in Payout.objects.all()} == {"submitted"}
        assert "已批准 2 笔" in post(checker, "approve", made, confirmed=1).content.decode()
        assert {row.state for row in Payout.objects.all()} == {"approved"}
        assert re.search(r"已批准、待付款\s*2\s*笔\s*¥202.00", main(payer.get("/finance/")))
        assert "大写" in main(payer.get("/finance/payments/?tab=pay"))
        chosen = {"account": account.pk, "layout": "generic-csv"}
        assert "贰佰零贰元整" in main(post(payer, "file", made, **chosen))
        page = post(payer, "file", made, confirmed=1, **chosen)
        batch = PaymentBatch.objects.get()
        assert batch.digest in main(page)
        home_of = f"/finance/payments/{batch.pk}/"
        file = payer.post(f"{home_of}file", {"act_key": new_key()})
        assert file["Content-Disposition"] == f'attachment; filename="{batch.name}.csv"'
        again = payer.post(f"{home_of}file", {"act_key": new_key(), "reason": ""})
        assert (again.status_code, "没有填写理由" in main(again)) == (422, True)
        assert "今天 10:00" in main(again), "when it was downloaded, on the court's clock"
        rows = [
            f"{row.reference},{row.payout.amount},成功,H{row.pk},{time.today().isoformat()}"
            for row in Instruction.objects.select_related("payout")
        ]
        text = "\n".join(["指令号,金额,结果,回单号,日期", *rows])
        answer = SimpleUploadedFile("回盘.csv", text.encode("gb18030"))
        assert "成功 2 笔" in payer.post(f"{home_of}answers", {"file": answer}, follow=True).content.decode()
        assert {row.state for row in Payout.objects.all()} == {"paid"}


def test_nothing_chosen_and_who_asked_himself(home: House) -> None:
    with on("2023-05-12 10:00"):
        made = asked(home, 1)
        checker = signed_in(home.director)
        assert "没有选中发放" in post(checker, "approve", []).content.decode()
        # The officer who asked does not find it among what he may approve, and is refused when he tries.
        assert (
            signed_in(home.handler)
            .post("/finance/payments/do/approve", {"selected": [made[0].pk]})
            .status_code
            == 403
        )
        assert signed_in(home.handler).post("/finance/payments/do/other", {}).status_code == 403
        assert Payout.objects.get().state == "submitted"


def test_a_thousand_lines_in_under_ten_queries(home: House) -> None:
    with on("2023-05-12 10:00"):
        (first,) = asked(home, 1)
        fields = [f.attname for f in Payout._meta.concrete_fields if f.attname not in ("id", "key", "state")]
        given = {name: getattr(first, name) for name in fields}
        Payout.objects.filter(pk=first.pk).update(state="cancelled")
        _many(given)
        client = signed_in(home.director)
        with CaptureQueriesContext(connection) as seen:
            page = client.get("/finance/payments/?tab=check")
        assert page.content.decode().count('name="selected"') == 1000
        assert len(seen) < 10, [q["sql"][:80] for q in seen]


def _many(given: dict) -> None:
    """A thousand payouts, each of a payee of its own: one runs at a time for a receipt and payee."""
    of = Payee.objects.get(pk=given["payee_id"])
    account = PayeeAccount.objects.get(payee=of)
    fields = {
        f.attname: getattr(of, f.attname)
        for f in Payee._meta.concrete_fields
        if f.attname not in ("id", "name")
    }
    people = Payee.objects.bulk_create([Payee(**fields, name=f"领款人{n}") for n in range(1000)])
    more = {
        f.attname: getattr(account, f.attname)
        for f in PayeeAccount._meta.concrete_fields
        if f.attname not in ("id", "payee_id")
    }
    accounts = PayeeAccount.objects.bulk_create([PayeeAccount(**more, payee=each) for each in people])
    rest = {name: value for name, value in given.items() if name not in ("payee_id", "account_id")}
    Payout.objects.bulk_create(
        [
            Payout(**rest, payee=each, account=own, state="submitted", key=f"many-{each.pk}")
            for each, own in zip(people, accounts, strict=True)
        ]
    )


def test_the_allocation_is_seen_through_decided_and_printed(home: House) -> None:
    (row,) = asked(home, 1)
    cancel = {"reason": "重新分配", "actor": home.handler, "at": time.now(), "key": "c"}
    with on("2023-05-12 10:00"):
        cancel_payout(payout_id=row.pk, **{**cancel, "at": time.now()})
        client = signed_in(home.handler)
        case_id = row.about.removeprefix("case:")
        address = f"/cases/{case_id}/receipts/{row.receipt_id}/allocate/"
        assert "BASE-C-01" in text_of(client.get(address))
        given = {"d1_creditor": "张三", "d1_principal": "50.00", "d1_due_on": "2023-01-30"}
        bad = client.post(address, fill(client, address, **given, d1_stays="昨天"))
        assert "第 1 行不是" in text_of(bad)
        more = client.post(address, {**fill(client, address, **given), "add_row": "judgment"})
        assert 'name="d2_principal"' in text_of(more)
        assert 'value="张三"' in text_of(more)
        fewer = client.post(address, {**form_of(text_of(more), address), "drop_row": "judgment"})
        assert 'name="d2_principal"' not in text_of(fewer)
        check = client.post(address, fill(client, address, **given))
        # 100 days of 50 yuan: 0.88 yuan, rounded half up.
        assert "¥0.88" in text_of(check)
        assert client.post(address, form_of(text_of(check), address)).status_code == 302
        sheet = f"/cases/{case_id}/receipts/{row.receipt_id}/allocation/"
        page = text_of(client.get(sheet))
        assert "法释〔2014〕8号" in page
        assert "自履行期间届满的次日起算" in page
        assert client.get(f"{sheet}?format=pdf").content[:5] == b"%PDF-"
        assert b"".join(client.get(f"{sheet}?format=xlsx").streaming_content)[:2] == b"PK"
        assert Allocation.objects.get().shares["principal:d1"] == "50.00"
        assert (
            signed_in(home.superior).get(f"/cases/{case_id}/receipts/999999/allocation/").status_code == 404
        )
        # What was allocated is asked for in one act, to the account that is registered; then nothing is left to ask for.
        ask = f"/cases/{case_id}/allocated/"
        assert ask in text_of(client.get(f"/cases/{case_id}/money/"))
        check = text_of(client.post(ask, fill(client, ask)))
        assert "张三" in check
        assert "没有已经分配而尚未发放" not in check
        assert client.post(ask, form_of(check, ask)).status_code == 302
        made = Payout.objects.latest("pk")
        assert (f"{made.amount}", made.allotment.group, made.state) == ("50.88", "d1", "submitted")
        assert "没有已经分配而尚未发放" in text_of(client.post(ask, fill(client, ask)))


def test_the_fee_is_shown_band_by_band(home: House) -> None:
    """600,000 yuan: 50 + 490,000 at 1.5 % + 100,000 at 1 %, which a party can check line by line."""
    (row,) = asked(home, 1)
    with on("2023-05-12 10:00"):
        client, address = signed_in(home.handler), f"/cases/{row.about.removeprefix('case:')}/fee/"
        page = text_of(client.get(address, {"amount": "600000"}))
        assert "¥8,400.00" in page
        assert ">490,000.00<" in page
        assert ">7,350.00<" in page
        book = client.get(address, {"amount": "600000", "format": "xlsx"})
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).worksheets[0]
        assert [cell.value for cell in sheet["D"]][2] == 7350, "a number to go on with"
        assert "诉讼费用交纳办法第十四条" in page
        assert client.get(address, {"amount": "x"}).status_code == 422
        assert "490,000.00" in pdf_text(client.get(address, {"amount": "600000", "format": "pdf"}).content)
        assert b"".join(client.get(address, {"format": "xlsx"}).streaming_content)[:2] == b"PK"
