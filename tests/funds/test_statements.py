"""A bank's file comes into the books in three steps, once; what does not add up or is not this account's is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from events.models import Event
from funds.accounts import Account
from funds.actions.receipts import record_receipt, void_receipt
from funds.actions.statements import confirm_statement, preview_statement, withdraw_statement
from funds.audit import differences
from funds.models import BankAccount, Journal, Line, Receipt, StagedLine, Statement, StatementLine
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.courts import court, person
from tests.factories.funds import Desk, arrival, desk
from tests.factories.statements import bank_account, confirmed, on, previewed, row, taken, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


@pytest.fixture
def account(at_desk: Desk) -> BankAccount:
    return bank_account(at_desk.court, at_desk.officer)


def balance(name: Account) -> Decimal:
    lines = Line.objects.filter(account=name).values_list("side", "amount")
    return sum((amount if side == "C" else -amount for side, amount in lines), Decimal(0))


def test_nothing_is_booked_before_the_confirmation(at_desk: Desk, account: BankAccount) -> None:
    content = written([row(income="1,000.00"), row(income="20.50"), row(outgo="15.00")], opening="300.00")
    found = previewed(account, content, at_desk.officer)
    assert (found.flaw, found.counts) == ("", {"good": 3})
    assert (found.opening, found.closing) == (Decimal("300.00"), Decimal("1305.50"))
    assert not StatementLine.objects.exists()
    assert not Journal.objects.exists()
    stands = confirm_statement(statement_id=found.pk, actor=at_desk.officer, at=time.now(), key="ok")
    assert (stands.state, stands.content, stands.counts["new"]) == ("confirmed", None, 3)
    assert balance(Account.SUSPENSE) == Decimal("1020.50")
    assert not StagedLine.objects.exists()
    assert stands.journal.event == Event.objects.get(kind="statement.confirmed")
    assert list(differences()) == []


def test_the_same_file_and_the_same_lines_add_nothing(at_desk: Desk, account: BankAccount) -> None:
    first, second = row(income="1000.00"), row(income="20.00")
    confirmed(account, written([first, second]), at_desk.officer)
    with pytest.raises(Conflict) as refused:
        taken(account, written([first, second]), at_desk.officer)
    assert "已于 2023-05-10 09:00 入账" in str(refused.value)
    again = confirmed(account, written([second, row(income="5.00")], opening="1000.00"), at_desk.officer)
    assert again.counts == {"good": 1, "repeat": 1, "new": 1}
    assert balance(Account.SUSPENSE) == Decimal("1025.00")
    assert list(differences()) == []


def test_a_serial_with_another_amount_is_bad(at_desk: Desk, account: BankAccount) -> None:
    confirmed(account, written([row(serial="A1", income="1000.00")]), at_desk.officer)
    found = previewed(account, written([row(serial="A1", income="1000.01")]), at_desk.officer)
    assert found.counts == {"bad": 1}
    assert StagedLine.objects.get().note == "流水号已经入账，但金额或日期不同"
    with pytest.raises(WrongState):
        confirm_statement(statement_id=found.pk, actor=at_desk.officer, at=time.now(), key="ok")
    assert StatementLine.objects.count() == 1


def test_a_preview_that_another_import_contradicts_is_not_confirmed(
    at_desk: Desk, account: BankAccount
) -> None:
    stale = previewed(account, written([row(serial="A1", income="1000.01")]), at_desk.officer)
    confirmed(account, written([row(serial="A1", income="1000.00")]), at_desk.officer)
    with pytest.raises(Conflict) as refused:
        confirm_statement(statement_id=stale.pk, actor=at_desk.officer, at=time.now(), key="ok")
    assert refused.value.code == "STATEMENT-STALE"


def test_what_does_not_add_up_is_refused_in_words(at_desk: Desk, account: BankAccount) -> None:
    head = ["日期", "流水号", "收入", "支出"]
    above = [["期初余额：100.00元", "", "期末余额", "111.00"]]
    rows = [["2023-05-09", "A1", "10.00", ""]]
    found = previewed(account, written(rows, head=head, above=above), at_desk.officer)
    assert found.flaw == "期初 ¥100.00 加收入 ¥10.00 减支出 ¥0.00 应为 ¥110.00，期末却是 ¥111.00。"
    with pytest.raises(WrongState):
        confirm_statement(statement_id=found.pk, actor=at_desk.officer, at=time.now(), key="ok")


def test_balances_are_asked_for_where_the_file_has_none(at_desk: Desk, account: BankAccount) -> None:
    rows, head = [["2023-05-09", "A1", "10.00"]], ["日期", "流水号", "收入"]
    found = previewed(account, written(rows, head=head), at_desk.officer)
    assert "请填写" in found.flaw
    found = preview_statement(
        statement_id=found.pk,
        columns={0: "booked_on", 1: "serial", 2: "income"},
        opening=Decimal("5.00"),
        closing=Decimal("15.00"),
        actor=at_desk.officer,
        at=time.now(),
        key="again",
    )
    assert found.flaw == ""


def test_odd_lines_are_put_aside_and_the_rest_is_booked(at_desk: Desk, account: BankAccount) -> None:
    head = ["日期", "流水号", "收入", "支出", "余额", "币种"]
    rows = [
        ["2023-05-09", "A1", "10.00", "", "110.00", "人民币"],
        ["2023-05-09", "A2", "0.00", "", "110.00", "CNY"],
        ["2023-05-09", "A3", "", "", "110.00", "CNY"],
        ["2023-05-09", "A4", "99.00", "", "0.00", "USD"],
        ["2023-05-09", "A6", "5.00", "", "115.00", "CNY"],
        ["合计", "", "15.00", "", "", ""],
    ]
    found = previewed(account, written(rows, head=head), at_desk.officer)
    assert (found.flaw, found.counts) == ("", {"good": 2, "aside": 3})
    assert set(StagedLine.objects.filter(verdict="aside").values_list("row", "note")) == {
        (3, "金额为零"),
        (4, "没有金额"),
        (5, "外币"),
    }
    confirm_statement(statement_id=found.pk, actor=at_desk.officer, at=time.now(), key="ok")
    assert StagedLine.objects.count() == 3
    assert balance(Account.SUSPENSE) == Decimal("15.00")
    assert list(differences()) == []


def test_a_negative_of_the_income_column_is_put_aside(at_desk: Desk, account: BankAccount) -> None:
    rows = [["2023-05-09", "A1", "10.00", ""], ["2023-05-09", "A2", "-4.00", ""]]
    above = [["期初余额", "0.00"], ["期末余额", "6.00"]]
    head = ["日期", "流水号", "收入", "支出"]
    found = previewed(account, written(rows, head=head, above=above), at_desk.officer)
    assert (found.flaw, found.counts) == ("", {"good": 1, "aside": 1})
    confirm_statement(statement_id=found.pk, actor=at_desk.officer, at=time.now(), key="ok")
    assert list(differences()) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_running_balances_count_the_banks_own_correction_wherever_it_stands(
    at_desk: Desk, account: BankAccount, place: int
) -> None:
    """冲正 is put aside, and the balance behind it is as true as the others."""
    rows = [row(income="10.00"), row(income="5.00")]
    rows.insert(place, row(income="-4.00"))
    found = previewed(account, written(rows, opening="20.00"), at_desk.officer)
    assert (found.flaw, found.counts) == ("", {"good": 2, "aside": 1})
    assert (found.opening, found.closing) == (Decimal("20.00"), Decimal("31.00"))


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["2023-05-09", "A1", "0.001", ""], "金额小于一分"),
        (["2023-05-09", "A1", "12,34.00", ""], "金额看不懂"),
        (["A1", "2023-05-09", "", "10.00"], "这一行的列错位了：日期在别的列"),
        (["2023-13-09", "A1", "10.00", ""], "日期“2023-13-09”看不懂"),
        (["2023-05-09", "A1", "10.00", "10.00"], "收入和支出两列都有金额"),
    ],
)
def test_a_line_that_cannot_be_read_stops_the_file(
    at_desk: Desk, account: BankAccount, cells: list[str], note: str
) -> None:
    good = ["2023-05-09", "A9", "1.00", ""]
    head = ["日期", "流水号", "收入", "支出"]
    found = previewed(account, written([good, cells], head=head), at_desk.officer)
    assert found.flaw == "有 1 行读不懂或有矛盾，见下面的清单。"
    assert StagedLine.objects.get(verdict="bad").note == note


def test_running_balances_notice_swapped_columns(at_desk: Desk, account: BankAccount) -> None:
    rows = [row(income="10.00"), row(income="20.00"), row(outgo="5.00")]
    found = taken(account, written(rows, opening="100.00"), at_desk.officer)
    columns = {int(place): what for place, what in found.columns.items()}
    columns[2], columns[3] = columns[3], columns[2]
    found = preview_statement(
        statement_id=found.pk, columns=columns, opening=None, closing=None, actor=at_desk.officer,
        at=time.now(), key="p",
    )  # fmt: skip
    assert found.flaw == "余额与金额接不上（第 3 行起），可能有列错位或者漏行。"


def test_newest_first_is_read_too(at_desk: Desk, account: BankAccount) -> None:
    rows = [row(income="10.00"), row(income="20.00"), row(outgo="5.00")]
    lines = written(rows, opening="100.00", encoding="utf-8-sig").decode("utf-8-sig").splitlines()
    upside_down = "\r\n".join([lines[0], *lines[:0:-1]]).encode("utf-8-sig")
    found = previewed(account, upside_down, at_desk.officer)
    assert (found.flaw, found.opening, found.closing) == ("", Decimal("100.00"), Decimal("125.00"))


def test_a_file_of_another_account_is_refused(at_desk: Desk, account: BankAccount) -> None:
    above = [["账号：8010 9999 9999 9999", ""]]
    with pytest.raises(BadInput) as refused:
        taken(account, written([row(income="1.00")], above=above), at_desk.officer)
    assert "另一个账户（尾号 9999）" in str(refused.value)
    assert not Statement.objects.exists()
    own = [[f"账号：{account.number}", ""]]
    assert taken(account, written([row(income="1.00")], above=own), at_desk.officer).state == "parsed"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        ("交易日期,收入\n2023-05-09,1.00\n".encode("utf-16"), "UTF-16"),
        ("交易日期,收入\n".encode("gb18030") + b"2023-05-09,\xff\xff1.00\n", "第 2 行的文字编码损坏"),
        (b"a,b,c\n1,2,3\n", "没有找到流水的表头"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "不安全的内容"),
        (b"<Document><BkToCstmrStmt/></Document>", "不是只含一个账户的 CAMT.053"),
        (b"<Document><BkToCst", "读不通"),
        (b"\xd0\xcf\x11\xe0aaaa", "旧式 .xls"),
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_in_words(
    at_desk: Desk, account: BankAccount, content: bytes, words: str
) -> None:
    with pytest.raises(BadInput) as refused:
        taken(account, content, at_desk.officer)
    assert words in str(refused.value)
    assert refused.value.field == "file"
    assert not Statement.objects.exists()


def test_the_mapping_is_remembered_for_the_bank(at_desk: Desk, account: BankAccount) -> None:
    head = ["日子", "编号", "来了多少", "收入"]
    rows = [["2023-05-09", "A1", "10.00", "无"]]
    found = taken(account, written(rows, head=[*head[:2], "收入", "记账日期"]), at_desk.officer)
    assert set(found.columns.values()) >= {"income", "booked_on"}
    found = taken(account, written(rows, head=["日子", "流水号", "来了多少", "余额"]), at_desk.officer)
    columns = {0: "booked_on", 1: "serial", 2: "income"}
    preview_statement(
        statement_id=found.pk, columns=columns, opening=Decimal(0), closing=Decimal("10.00"),
        actor=at_desk.officer, at=time.now(), key="p",
    )  # fmt: skip
    rows = [["2023-05-10", "A2", "20.00", ""]]
    again = taken(account, written(rows, head=["日子", "流水号", "来了多少", "余额"]), at_desk.officer)
    assert again.columns == {"0": "booked_on", "1": "serial", "2": "income", "3": ""}


def test_what_a_person_recorded_first_is_not_booked_twice(at_desk: Desk, account: BankAccount) -> None:
    by_hand = arrival(at_desk, "60.00", bank_serial="H1", arrived_on=on("2023-05-09"))
    rows = [row(serial="H1", income="60.00"), row(income="1.00")]
    confirmed(account, written(rows), at_desk.officer)
    line = StatementLine.objects.get(serial="H1")
    assert (line.rest, line.claims.get().receipt_id) == (0, by_hand.pk)
    assert balance(Account.BANK) == Decimal("-61.00")
    with pytest.raises(WrongState) as refused:
        void_receipt(
            receipt_id=by_hand.pk, reason="没有到账", actor=at_desk.officer, at=time.now(), key="void"
        )
    assert refused.value.code == "RECEIPT-ON-STATEMENT"
    assert list(differences()) == []


def test_what_a_person_records_after_the_statement_comes_from_it(at_desk: Desk, account: BankAccount) -> None:
    confirmed(account, written([row(serial="H1", income="60.00")]), at_desk.officer)
    arrival(at_desk, "60.00", bank_serial="H1", arrived_on=on("2023-05-09"))
    assert (balance(Account.BANK), balance(Account.SUSPENSE)) == (Decimal("-60.00"), Decimal(0))
    assert list(differences()) == []


@pytest.mark.req("SQ-18")
def test_only_the_fund_desk_of_the_court_imports(at_desk: Desk, account: BankAccount) -> None:
    content = written([row(income="1.00")])
    with pytest.raises(NotAllowed):
        taken(account, content, person(at_desk.court, "handler"))
    elsewhere = court()
    with pytest.raises(NotFound):
        taken(account, content, person(elsewhere, "fund_officer"))
    found = previewed(account, content, at_desk.officer)
    with pytest.raises(NotAllowed):
        confirm_statement(
            statement_id=found.pk, actor=person(at_desk.court, "handler"), at=time.now(), key="ok"
        )


def test_a_withdrawn_file_leaves_nothing(at_desk: Desk, account: BankAccount) -> None:
    found = previewed(account, written([row(income="1.00")]), at_desk.officer)
    given = {"statement_id": found.pk, "actor": at_desk.officer, "at": time.now()}
    assert withdraw_statement(key="w", **given).content is None
    assert not StagedLine.objects.exists()
    with pytest.raises(WrongState):
        confirm_statement(key="ok", **given)
    assert not Receipt.objects.exists()


def test_recording_by_hand_needs_no_statement(at_desk: Desk) -> None:
    record_receipt(
        court=at_desk.court, amount=Decimal("5.00"), arrived_on=on("2023-05-09"), payer_name="甲",
        account_tail="", bank_serial="", remark="", actor=at_desk.officer, at=time.now(), key="hand",
    )  # fmt: skip
    assert balance(Account.BANK) == Decimal("-5.00")


def test_characters_that_mean_something_to_the_database_stay_what_they_are(
    at_desk: Desk, account: BankAccount
) -> None:
    said = 'a\\b\\N\\.\t制表 "引号" 50%s'
    confirmed(account, written([row(income="1.00", payer="\\N", remark=said)]), at_desk.officer)
    found = StatementLine.objects.get()
    assert (found.payer_name, found.remark) == ("\\N", f"转账 {said}")
