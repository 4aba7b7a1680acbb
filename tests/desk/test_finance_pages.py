"""The finance desk: a file in three steps, lines claimed by a click and taken back, the close, the sheet as files."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.actions.money import approve_payout, finance_received, hand_to_finance, send_payout
from cases.models import Case
from desk.onetime import new_key
from events import relay
from funds.actions.payouts import confirm_paid
from funds.models import BankAccount, Receipt, Statement, StatementLine, TopUp, Voucher
from kernel import time
from tests.cases.test_money import draft
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent
from tests.factories.courts import court, person
from tests.factories.documents import pdf, upload
from tests.factories.forms import fill, signed_in, text_of
from tests.factories.pages import main
from tests.factories.statements import bank_account, confirmed, row, written
from tests.walks.stage import money, on, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def account(home: House) -> BankAccount:
    with on("2023-09-01"):
        return bank_account(home.court, home.finance)


@pytest.fixture
def case(home: House, account: BankAccount) -> Case:
    with on("2023-09-01 09:30"):
        return assigned(home, filing("2023-09-01", applicant(), respondent("云州甲公司")))


def waiting(home: House, account: BankAccount, *rows: list[str]) -> list[StatementLine]:
    confirmed(account, written(rows), home.finance)
    relay.run()
    return list(StatementLine.objects.order_by("pk"))


def act(client: Client, address: str, **values: object):
    return client.post(address, {"act_key": new_key(), **values})


def test_a_file_goes_through_its_three_steps(home: House, account: BankAccount) -> None:
    with on("2023-09-26 10:00"):
        client = signed_in(home.finance)
        content = written([row("2023-09-26", income="10.00"), row("2023-09-26", income="0.00")])
        file = SimpleUploadedFile("九月.csv", content)
        sent = act(client, "/finance/statements/", account=account.pk, file=file)
        assert sent.status_code == 302, text_of(sent)
        found = Statement.objects.get()
        page = text_of(client.get(sent["Location"]))
        assert "第一步（共三步）" in page
        columns = {f"column-{place}": what for place, what in found.columns.items()}
        shown = client.post(f"{sent['Location']}preview", {"act_key": new_key(), **columns}, follow=True)
        assert "第二步（共三步）" in text_of(shown)
        assert "金额为零" in text_of(shown)
        assert not StatementLine.objects.exists()
        problems = client.get(f"{sent['Location']}problems.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(problems.streaming_content))).active
        assert [cell.value for cell in sheet[2]][1:3] == ["隔离", "金额为零"]
        done = client.post(f"{sent['Location']}confirm", {"act_key": new_key()}, follow=True)
        assert "已入账 1 笔" in text_of(done)
        assert re.search(r"已入账\s*1\s*行\s*本次确认入账", main(done))
        assert "可以入账" not in main(done)
        file = SimpleUploadedFile("再来一次.csv", content)
        again = act(client, "/finance/statements/", account=account.pk, file=file)
    assert again.status_code == 422
    assert "这份文件已于 2023-09-26 10:00 入账" in text_of(again)


def test_wrong_columns_come_back_in_words(home: House, account: BankAccount) -> None:
    with on("2023-09-26 10:00"):
        client = signed_in(home.finance)
        file = SimpleUploadedFile("九月.csv", written([row("2023-09-26", income="10.00")]))
        address = act(client, "/finance/statements/", account=account.pk, file=file)["Location"]
        shown = act(client, f"{address}preview")
        assert shown.status_code == 422
        assert "没有指明哪一列是记账日期" in text_of(shown)
        assert act(client, f"{address}withdraw").status_code == 302
    assert Statement.objects.get().state == "withdrawn"


def test_a_line_is_claimed_by_its_key_and_taken_back(home: House, account: BankAccount, case: Case) -> None:
    with on("2023-09-26 10:00"):
        [line] = waiting(home, account, row("2023-09-26", income="80000.00", payer="云州甲公司"))
        client = signed_in(home.finance)
        page = text_of(client.get("/finance/match/"))
        assert 'data-key="1"' in page
        assert "付款人是被执行人" in page
        assert "金额等于标的" in page
        done = client.post(
            "/finance/match/claim", {"act_key": new_key(), "line": line.pk, "case": case.pk}, follow=True
        )
        assert "已认领 1 笔，共 ¥80,000.00（捌万元整）" in text_of(done)
        receipt = Receipt.objects.get(about=case.about)
        back = client.post(
            f"/finance/match/{receipt.pk}/undo",
            {"act_key": new_key(), "reason": "付款人另案应付"},
            follow=True,
        )
        assert "已撤销认领" in text_of(back)
    line.refresh_from_db()
    assert line.claimed == 0


@pytest.mark.req("LY-45")
def test_a_line_is_put_into_the_revolving_fund_and_taken_back_from_its_trail(
    home: House, account: BankAccount
) -> None:
    with on("2023-09-26 10:00"):
        lines = [
            row("2023-09-26", income="5000.00", payer="云州市财政局", remark="拨付周转基金"),
            row("2023-09-26", income="7.00"),
        ]
        line, other = waiting(home, account, *lines)
        client = signed_in(home.finance)
        page = text_of(client.get(f"/finance/match/?line={line.pk}"))
        assert "附言写明周转基金" in page
        assert 'data-key="0"' in page
        assert "附言写明周转基金" not in text_of(client.get(f"/finance/match/?line={other.pk}"))
        said = client.post(
            "/finance/match/fund", {"act_key": new_key(), "line": line.pk, "amount": "4000"}, follow=True
        )
        assert "已拨入周转基金 ¥4,000.00（肆仟元整）" in text_of(said)
        over = client.post(
            "/finance/match/fund", {"act_key": new_key(), "line": line.pk, "amount": "1000.01"}, follow=True
        )
        assert "剩余 ¥1,000.00" in text_of(over)
        assert over.context["fund_typed"] == "1000.01"
        made = TopUp.objects.get()
        assert f"/finance/fund/{made.pk}/" in client.get("/finance/fund/").content.decode()
        way = client.get(f"/finance/fund/{made.pk}/")
        assert f"/finance/statements/{line.statement_id}/" in way.content.decode()
        for words in ("云州市财政局", line.serial, "银行流水待核款", "周转基金"):
            assert words in text_of(way)
        assert act(client, f"/finance/fund/{made.pk}/", reason="").status_code == 422
        back = client.post(
            f"/finance/fund/{made.pk}/", fill(client, f"/finance/fund/{made.pk}/", reason="认错"), follow=True
        )
        assert "已撤销拨入" in text_of(back)
        assert "已撤销 认错" in main(client.get(f"/finance/fund/{made.pk}/"))
        assert act(signed_in(home.handler), "/finance/match/fund", line=line.pk).status_code == 403
    line.refresh_from_db()
    assert line.claimed == 0


def test_a_part_and_several_lines(home: House, account: BankAccount, case: Case) -> None:
    with on("2023-09-26 10:00"):
        first, second = waiting(
            home, account, row("2023-09-26", income="100.00"), row("2023-09-26", income="50.00")
        )
        client = signed_in(home.finance)
        given = {"line": first.pk, "case": case.pk}
        unread = act(client, "/finance/match/claim", **given, amount="abc")
        assert "看不懂金额“abc”。请填写" in main(client.get(unread["Location"])), "two sentences"
        both = act(client, "/finance/match/claim", **given, **{"with": second.pk, "amount": "10"})
        assert 'value="10"' in text_of(client.get(both["Location"])), "what was typed stays"
        wrong = act(client, "/finance/match/claim", **given, amount="12.5万", q=case.number)
        kept = client.get(wrong["Location"])
        assert "金额超过这笔流水没有认领的部分，剩余 ¥100.00" in main(kept)
        assert (kept.context["text"], kept.context["typed"]) == (case.number, "12.5万"), "and the case found"
        assert [each["case"] for each in kept.context["candidates"]] == [case]
        assert not Receipt.objects.exists()
        act(client, "/finance/match/claim", **given, amount="30.00")
        act(client, "/finance/match/claim", **given, **{"with": second.pk})
    assert sorted(map(str, Receipt.objects.values_list("amount", flat=True))) == ["30.00", "50.00", "70.00"]


def test_a_case_is_looked_up_by_hand(home: House, account: BankAccount, case: Case) -> None:
    with on("2023-09-26 10:00"):
        [line] = waiting(home, account, row("2023-09-26", income="100.00", payer="不认识"))
        client = signed_in(home.finance)
        assert "没有线索" in text_of(client.get("/finance/match/"))
        page = text_of(client.get("/finance/match/", {"line": line.pk, "q": case.number}))
    assert case.number in page
    assert f'value="{case.pk}"' in page


def test_unclaimed_money_has_its_age_and_goes_to_excel(home: House, account: BankAccount) -> None:
    with on("2023-09-22 10:00"):
        waiting(home, account, row("2023-09-22", income="100.00", payer="不认识"))
    with on("2023-09-25 10:00"):
        client = signed_in(home.finance)
        assert "3 天，建议今天认领" in text_of(client.get("/finance/unclaimed"))
    with on("2023-09-27 10:00"):
        client = signed_in(home.finance)
        assert "5 天，超过建议 2 天" in text_of(client.get("/finance/unclaimed"))
        assert re.search(r"超过建议认领时间\s*1\s*笔", main(client.get("/finance/")))
        book = client.get("/finance/unclaimed", {"format": "xlsx"})
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content)), read_only=True)
        assert "不认识" in str([[cell.value for cell in line] for line in sheet.worksheets[0].iter_rows()])


def test_the_sheet_is_even_and_comes_as_files(home: House, account: BankAccount, case: Case) -> None:
    with on("2023-09-26 10:00"):
        waiting(home, account, row("2023-09-26", income="100.00"), row("2023-09-26", outgo="7.00"))
        money(home, case, "60.00", "BY-HAND")
        client = signed_in(home.finance)
        page = text_of(client.get("/finance/close"))
        assert "调节后银行与账面相符" in page
        assert "账上已收、银行未收" in page
        assert "还有 1 笔不明款" in page
        book = client.get("/finance/close", {"format": "xlsx"})
        rows = [
            [cell.value for cell in line]
            for line in openpyxl.load_workbook(
                io.BytesIO(b"".join(book.streaming_content))
            ).active.iter_rows()
        ]
        assert rows[-1][2] == 0
        paper = client.get("/finance/close", {"format": "pdf"})
    assert paper.content.startswith(b"%PDF")


@pytest.mark.req("JZ-14")
def test_a_large_payout_waits_in_the_inbox_with_its_five_working_days(
    home: House, account: BankAccount
) -> None:
    with on("2023-09-01 09:30"):
        case = assigned(home, filing("2023-09-01", amount="500000.00"))
        to = payee(home, case)
    with on("2023-09-26"):
        receipt = money(home, case, "250000.00", "S9")
        relay.run()
        payout = draft(home, case, receipt, to, "9月26日电话沟通，同意发放。")
        given = {"case_id": case.pk, "payout_id": payout.pk}
        hand_to_finance(file_ids=[], on=time.today(), actor=home.handler, at=time.now(), key=key(), **given)
    with on("2023-10-16"):
        finance_received(on=time.today(), actor=home.finance, at=time.now(), key=key(), **given)
        page = text_of(signed_in(home.finance).get("/finance/"))
        assert "10月23日" in page
        assert case.number in page
    with on("2023-10-24"):
        assert "已超期" in text_of(signed_in(home.finance).get("/finance/"))
        by = {"at": time.now(), "payout_id": payout.pk}
        approve_payout(case_id=case.pk, actor=home.director, key=key(), **by)
        send_payout(case_id=case.pk, actor=home.finance, key=key(), **by)
        voucher = f"/cases/{case.pk}/vouchers/payout/{payout.pk}/"
        confirm_paid(bank_ref="H-9", paid_on=time.today(), actor=home.finance, key=key(), **by)
        client = signed_in(home.finance)
        assert client.post(f"{voucher}issue", fill(client, voucher, f"{voucher}issue")).status_code == 302
        made = Voucher.objects.get(payout=payout)
        assert made.number in text_of(client.get(voucher))
        assert made.number in text_of(client.get("/finance/registers/vouchers/"))
        slip = f"/cases/{case.pk}/payouts/{payout.pk}/slip/"
        for wrong in ({}, {"files": upload(b"MZ", "回单.pdf")}):
            assert client.post(slip, fill(client, slip, **wrong)).status_code == 422
        assert client.post(slip, fill(client, slip, files=upload(pdf(), "回单.pdf"))).status_code == 302
        [kept] = payout.slips.all()
        address = reverse("documents:file", args=[kept.file_id])
        for page in (
            f"/cases/{case.pk}/money/",
            "/finance/registers/vouchers/",
            f"/cases/{case.pk}/money/payout/{payout.pk}/",
        ):
            assert address in text_of(client.get(page)), page
        assert client.get(address).getvalue().startswith(b"%PDF")
        assert signed_in(person(court(), "finance")).get(address).status_code == 404
        assert signed_in(home.director).get(slip).status_code == 403


@pytest.mark.req("SQ-18")
def test_a_handler_finds_no_finance_desk(home: House, account: BankAccount) -> None:
    client = signed_in(home.handler)
    for address in (
        "/finance/",
        "/finance/match/",
        "/finance/unclaimed",
        "/finance/close",
        "/finance/statements/",
    ):
        assert client.get(address).status_code == 403, address
    assert 'href="/finance/"' not in text_of(client.get("/worklist"))


@pytest.mark.parametrize("address", ["/finance/", "/finance/match/", "/finance/unclaimed", "/finance/close"])
def test_a_page_takes_the_same_queries_however_much_waits(
    home: House, account: BankAccount, case: Case, address: str, django_assert_max_num_queries
) -> None:
    with on("2023-09-26 10:00"):
        rows = [row("2023-09-26", income=f"{n}.00", payer="云州甲公司") for n in range(1, 61)]
        waiting(home, account, *rows)
        client = signed_in(home.finance)
        client.get(address)
        with django_assert_max_num_queries(28):
            client.get(address)


def test_registering_an_account_gives_numbers(home: House) -> None:
    with on("2023-09-26 10:00"):
        client = signed_in(home.finance)
        assert "还没有登记案款专户" in text_of(client.get("/finance/statements/"))
        given = {"bank": "云州银行", "name": "案款专户", "range_prefix": "8899", "range_width": 7}
        wrong = act(client, "/finance/accounts/new", number="12", **given)
        assert "账号应为8至32位数字" in text_of(wrong)
        assert act(client, "/finance/accounts/new", number="8010 0000 0000 0099", **given).status_code == 302
    assert BankAccount.objects.get().number_tail == "0099"
