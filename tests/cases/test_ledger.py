"""台账: what a sheet says, in every spelling, and what is refused before it is read."""

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from cases import ledger_cells as cells
from cases.ledger import Ledger, choose_sheet, read_ledger
from cases.ledger_headings import field_of, find_headings
from cases.ledger_rows import Place
from kernel import workbooks
from kernel.errors import BadInput
from kernel.time import at_local
from kernel.workbooks import Line, Sheet, Unreadable, read_workbook
from tests.factories.ledgers import add_ledger, messy, row

TODAY = dt.date(2023, 6, 1)
AT = at_local(TODAY, 9)
PLACE = Place("鄂9901", "东湖区", "云州市")
HEADINGS = ("案号", "立案日期", "案由", "执行依据", "执行标的", "申请执行人", "被执行人")
GOOD = ("（2023）鄂9901执1号", "2023-03-06", "借款纠纷", "（2022）鄂9901民初1号", 80000, "张三", "李四")


def sheet(*rows: tuple, headings: tuple = HEADINGS) -> Sheet:
    return Sheet("台账", tuple(Line(n, tuple(values)) for n, values in enumerate([headings, *rows], start=1)))


def read(*rows: tuple, headings: tuple = HEADINGS) -> Ledger:
    return read_ledger(sheet(*rows, headings=headings), place=PLACE, at=AT)


def changed(**columns: object) -> tuple:
    return tuple(columns.get(title, value) for title, value in zip(HEADINGS, GOOD, strict=True))


def save(path: Path, *rows: tuple) -> Path:
    book = openpyxl.Workbook()
    for values in rows:
        book.active.append(list(values))
    book.save(path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BadInput) as refused:
        read_workbook(path)
    assert refused.value.field == "file"
    assert refused.value.fix
    return str(refused.value)


# ------------------------------------------------------------------ the whole sheet


def test_a_messy_sheet_is_read_row_by_row(tmp_path: Path) -> None:
    chosen = choose_sheet(read_workbook(messy(tmp_path / "a.xlsx")), "")
    ledger = read_ledger(chosen, place=PLACE, at=AT)
    assert ledger.sheet == "台账"
    assert [str(e.number) for e in ledger.entries] == [f"（2023）鄂9901执{n}号" for n in range(101, 106)]
    assert [e.filing.filed_on.isoformat() for e in ledger.entries] == [
        "2023-03-06", "2023-04-03", "2023-04-10", "2023-04-26", "2023-05-08",
    ]  # fmt: skip
    amounts = [e.filing.claim_amount for e in ledger.entries]
    assert amounts == [Decimal(n) for n in ("80000.00", "125000.50", "125000.00", "80000.00", "80000.00")]
    assert [(p.row, p.column) for p in ledger.problems] == [
        (11, "立案日期"), (12, "申请执行人身份证号"), (13, "申请标的（元）"), (14, "案号"), (14, "申请执行人姓名"),
    ]  # fmt: skip
    assert all(problem.what and problem.fix for problem in ledger.problems)
    assert [(p.row, p.what[:5]) for p in ledger.repeats] == [(15, "与第 5 "), (16, "与第 6 ")]
    assert ledger.passed_over == [17], "the footer stands in a column of no case"
    assert ledger.ignored == ("序号",)


def test_several_parties_in_one_cell_keep_their_own_numbers_and_places(tmp_path: Path) -> None:
    ledger = read_ledger(read_workbook(messy(tmp_path / "a.xlsx"))[1], place=PLACE, at=AT)
    third = ledger.entries[2].filing
    found = [(p.name, p.kind, list(p.phones), p.location) for p in third.parties if p.role == "respondent"]
    assert found == [
        ("王五", "natural_person", ["13911110001"], "in_court_area"),
        ("云州市恒达建材有限公司", "enterprise", [], "in_city"),
        ("赵六", "natural_person", ["0799-8241234"], "outside_city"),
    ]
    assert third.received_on == dt.date(2023, 4, 7)
    assert list(ledger.entries[4].filing.parties[1].phones) == ["13911110005", "13911110006"]


def test_a_row_of_today_is_no_import_and_an_earlier_one_is() -> None:
    ledger = read(changed(立案日期="2023-06-01"), changed(案号="（2023）鄂9901执2号", 立案日期="2023-05-31"))
    assert [e.filing.imported for e in ledger.entries] == [False, True]


def test_the_same_row_has_the_same_digest_tomorrow() -> None:
    rows = sheet(changed(立案日期="2023-06-01"))
    digests = {
        read_ledger(rows, place=PLACE, at=at_local(day, 9)).entries[0].digest
        for day in (TODAY, dt.date(2023, 6, 2))
    }
    assert len(digests) == 1


def test_two_rows_of_one_number_that_differ_are_both_refused() -> None:
    ledger = read(GOOD, changed(被执行人="王五"))
    assert ledger.entries == []
    assert [(p.row, p.column) for p in ledger.problems] == [(2, "案号"), (3, "案号")]


def test_every_fault_of_a_row_is_named_at_once() -> None:
    ledger = read(("", "2023-13-01", "", "", "很多", "", "李四"))
    assert {p.column for p in ledger.problems} == {"案号", "立案日期", "执行标的", "申请执行人"}
    assert ledger.bad_rows == 1


@pytest.mark.parametrize(
    ("columns", "column", "words"),
    [
        ({"案号": None}, "案号", "没有填写"),
        ({"案号": "（2023）鄂9902执1号"}, "案号", "鄂9902"),
        ({"案号": "（2024）鄂9901执1号"}, "案号", "还没有到"),
        ({"立案日期": None}, "立案日期", "没有填写"),
        ({"立案日期": "2032-03-06"}, "立案日期", "不符"),
        ({"立案日期": "2013-03-06"}, "立案日期", "不符"),
        ({"立案日期": "2023-06-02"}, "立案日期", "不能晚于今天"),
        ({"案由": None}, "案由", "没有填写案由"),
        ({"案由": "纠纷" * 31}, "案由", "太长"),
        ({"执行依据": None}, "执行依据", "没有填写执行依据"),
        ({"执行标的": 0}, "执行标的", "大于零"),
        ({"执行标的": "-5"}, "执行标的", "负数"),
        ({"执行标的": 1.234}, "执行标的", "两位小数"),
        ({"申请执行人": None}, "申请执行人", "没有填写"),
        ({"被执行人": "李四等5人"}, "被执行人", "没有写全"),
        ({"被执行人": "12"}, "被执行人", "不是姓名"),
        ({"被执行人": "云州恒达建材经销总汇处"}, "被执行人", "看不出"),
        ({"被执行人": Unreadable("是公式", "改填数值")}, "被执行人", "是公式"),
    ],
)
def test_bad_rows_name_their_column(columns: dict, column: str, words: str) -> None:
    ledger = read(changed(**columns))
    assert ledger.entries == []
    assert [p.column for p in ledger.problems] == [column]
    assert words in ledger.problems[0].what
    assert ledger.problems[0].fix


def test_a_doubtful_number_is_kept_only_with_a_reason() -> None:
    headings = (*HEADINGS, "申请人身份证号", "证件存疑说明")
    bad = (*GOOD, "42990119800101123X", None)
    assert read(bad, headings=headings).problems[0].column == "申请人身份证号"
    kept = read((*bad[:-1], "旧证件如此"), headings=headings).entries[0].filing.parties[0]
    assert (kept.id_number, kept.id_reason) == ("42990119800101123X", "旧证件如此")


def test_an_id_number_that_became_a_number_has_lost_its_end() -> None:
    ledger = read((*GOOD, 4.29901198001011e17), headings=(*HEADINGS, "申请人身份证号"))
    assert "丢失" in ledger.problems[0].what


def test_a_heading_in_ten_thousands_counts_so() -> None:
    headings = tuple("执行标的（万元）" if title == "执行标的" else title for title in HEADINGS)
    rows = [
        changed(案号=f"（2023）鄂9901执{n}号", 执行标的=a)
        for n, a in enumerate((12.3456, "12.5", "12.5万元", "800元"), 1)
    ]
    found = [str(entry.filing.claim_amount) for entry in read(*rows, headings=headings).entries]
    assert found == ["123456.00", "125000.00", "125000.00", "800.00"]


def test_totals_footers_and_repeated_headings_are_passed_over() -> None:
    ledger = read(
        GOOD,
        HEADINGS,
        ("小 计", None, None, None, 80000),
        ("", "", "备注：以上为全部案件"),
        (None, "制表人：钱某"),
    )
    assert ledger.passed_over == [3, 4, 5, 6]
    assert len(ledger.entries) == 1
    assert ledger.problems == []


# ------------------------------------------------------------------ headings


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("执 行 案 号", "number"),
        ("申请标的额（元）", "claim_amount"),
        ("*申请人电话", "applicant_phone"),
        ("申请执行人身份证号/统一社会信用代码", "applicant_id"),
        ("被执行人证件号", "respondent_id"),
        ("被执行人所在地", "respondent_location"),
        ("债务人名称", "respondent"),
        ("备注", ""),
        ("人均结案数", ""),
    ],
)
def test_headings_are_known_by_many_names(title: str, field: str) -> None:
    assert field_of(title) == field


def test_missing_and_doubled_columns_are_named() -> None:
    with pytest.raises(BadInput, match="案由、执行依据"):
        find_headings(sheet(headings=("案号", "立案日期", "标的额", "申请人", "被执行人")))
    with pytest.raises(BadInput, match="“执行标的”和“申请标的”"):
        find_headings(sheet(headings=(*HEADINGS, "申请标的")))
    with pytest.raises(BadInput, match="没有找到表头"):
        find_headings(sheet(headings=("姓名", "工资")))


# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("name", "number", "kind"),
    [
        ("张三", "", "natural_person"),
        ("欧阳明店", "", "natural_person"),
        ("阿不都热合曼·买买提", "", "natural_person"),
        ("张记面馆", "", "enterprise"),
        ("云州农村商业银行股份有限公司临江支行", "", "enterprise"),
        ("云州市临江县青石镇人民政府", "", "government"),
        ("临江县青石镇柳林村村民委员会", "", "other"),
        ("云州恒达建材经销总汇处", "91420000000000000W", "enterprise"),
    ],
)
def test_who_is_a_person_and_who_an_enterprise(name: str, number: str, kind: str) -> None:
    if number:
        from kernel.identity import credit_check_character

        number = number[:17] + credit_check_character(number[:17])
    assert cells.kind_of(name, number, "") == kind


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("", ""),
        ("辖区内", "in_court_area"),
        ("云州市东湖区青年路1号", "in_court_area"),
        ("东湖区", "in_court_area"),
        ("武汉市东湖区", "outside_city"),
        ("云州市临江县", "in_city"),
        ("广东省深圳市", "outside_city"),
        ("外省", "outside_city"),
    ],
)
def test_where_a_respondent_is(text: str, location: str) -> None:
    assert cells.location_of(text, area="东湖区", city="云州市") == location


def test_a_place_that_says_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="看不出"):
        cells.location_of("老地方", area="东湖区", city="云州市")


def test_counts_that_differ_are_refused_and_one_place_serves_all() -> None:
    with pytest.raises(BadInput, match="有 2 名当事人，却有 3 项"):
        cells.spread("1、2、3", ["甲某", "乙某"])
    assert cells.spread("辖区内", ["甲某", "乙某"], shared=True) == ["辖区内", "辖区内"]
    assert cells.spread("无、13800000001", ["甲某", "乙某"]) == ["", "13800000001"]


# ------------------------------------------------------------------ hostile files


def test_formulas_give_their_stored_value_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["=1+1", "text", 3])
    text = book.active.cell(2, 1, "=cmd|' /C calc'!A0")
    text.data_type = "s"
    book.active.cell(3, 1, "#REF!").data_type = "s"
    book.save(path)
    first, second, third = read_workbook(path)[0].lines
    assert isinstance(first.values[0], Unreadable), "never computed"
    assert first.values[1:] == ("text", 3)
    assert isinstance(second.values[0], Unreadable)
    assert "等号" in second.values[0].what
    assert isinstance(third.values[0], Unreadable)


def test_a_computed_formula_is_its_value(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", ("x", 5))
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(changed, "w") as after:
        for part in before.infolist():
            content = before.read(part).replace(b"<v>5</v>", b"<f>2+3</f><v>5</v>")
            after.writestr(part, content)
    assert read_workbook(changed)[0].lines[0].values == ("x", 5)


def test_what_is_no_workbook_is_said_in_clear_words(tmp_path: Path) -> None:
    files = {
        "csv.xlsx": ("案号,立案日期\n".encode(), "不是 .xlsx"),
        "old.xls": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧式 .xls"),
        "empty.xlsx": (b"", "空的"),
        "cut.xlsx": (save(tmp_path / "whole.xlsx", GOOD).read_bytes()[:1500], "损坏"),
    }
    for name, (content, words) in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert words in refusal(path), name
    assert "打不开文件" in refusal(tmp_path / "nothing.xlsx")
    assert "空的" in refusal(save(tmp_path / "blank.xlsx"))


def test_a_word_document_with_the_wrong_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "不是 .xlsx" in refusal(path)


def test_what_would_unpack_without_end_is_not_opened(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", GOOD)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", b"\0" * (workbooks.MOST_UNPACKED + 1))
    assert path.stat().st_size < 1_000_000
    assert "解压后过大" in refusal(path)


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", GOOD)
    evil = tmp_path / "b.xlsx"
    bomb = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(evil, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            after.writestr(part, bomb + content if part.filename == "xl/worksheets/sheet1.xml" else content)
    assert "损坏" in refusal(evil)


def test_a_row_at_the_end_of_the_world_does_not_take_for_ever(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", GOOD)
    far = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(far, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(
                    b"</sheetData>",
                    b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData>',
                )
            after.writestr(part, content)
    assert "损坏" in refusal(far)


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    assert "超过 3 行" in refusal(save(tmp_path / "a.xlsx", *[GOOD] * 4))


def test_ten_sheets_need_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for number in range(10):
        add_ledger(book.create_sheet(f"{number + 1}月"), [row(1, "（2023）鄂9901执1号", "2023-03-06")])
    book.create_sheet("隐藏").sheet_state = "hidden"
    book.save(path)
    sheets = read_workbook(path)
    assert "隐藏" not in [each.name for each in sheets]
    with pytest.raises(BadInput, match="10 个工作表") as refused:
        choose_sheet(sheets, "")
    assert "“3月”" in refused.value.fix
    assert choose_sheet(sheets, "3月").name == "3月"
    with pytest.raises(BadInput, match="没有名为“13月”"):
        choose_sheet(sheets, "13月")
