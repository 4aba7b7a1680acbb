"""A court's ledger as clerks keep it: titles over merged cells, two rows of headings, dates in every spelling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.factories.cases import citizen_id

UPPER = (
    "序号",
    "案号",
    "立案\n日期",
    "收案日期",
    "案由",
    "申请执行人",
    None,
    None,
    "被执行人",
    None,
    None,
    None,
    "执行依据文号",
    "申请标的（元）",
    "承办人",
)
LOWER = (
    None,
    None,
    None,
    None,
    None,
    "姓名",
    "联系电话",
    "身份证号",
    "姓名/名称",
    "电话",
    "证件号码",
    "所在地",
    None,
    None,
    None,
)
WIDTH = len(UPPER)


def row(serial: int, number: str, filed: object, **cells: object) -> list[object]:
    """A row of the ledger; what is not given is filled in plausibly."""
    return [
        serial,
        number,
        filed,
        cells.get("received"),
        cells.get("cause", "民间借贷纠纷"),
        cells.get("applicant", f"张三{serial}"),
        cells.get("applicant_phone", f"1380000{serial:04d}"),
        cells.get("applicant_id", citizen_id(serial)),
        cells.get("respondent", f"李四{serial}"),
        cells.get("respondent_phone", f"1390000{serial:04d}"),
        cells.get("respondent_id", ""),
        cells.get("location", "辖区内"),
        cells.get("basis", f"（2022）鄂9901民初{serial}号民事判决书"),
        cells.get("amount", "80,000.00元"),
        cells.get("handler", "李明法"),
    ]


def add_ledger(sheet: Worksheet, rows: Sequence[Sequence[object]], court: str = "东湖区人民法院") -> None:
    """Title, unit line, headings in two rows, the rows given."""
    sheet.append([f"{court}执行案件台账", *[None] * (WIDTH - 1)])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=WIDTH)
    sheet.append([*[None] * (WIDTH - 2), "单位：元", None])
    sheet.append(list(UPPER))
    sheet.append(list(LOWER))
    for first, last in ((6, 8), (9, 12)):
        sheet.merge_cells(start_row=3, start_column=first, end_row=3, end_column=last)
    for column in (1, 2, 3, 4, 5, 13, 14, 15):
        sheet.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
    for values in rows:
        sheet.append(list(values))


def messy(path: Path, code: str = "鄂9901") -> Path:
    """Five good rows, four bad ones of different kinds, two repeats, a blank row, a total, a footer."""
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active["A1"] = "本台账由综合管理组维护"
    sheet = book.create_sheet("台账")
    add_ledger(
        sheet,
        [
            row(1, f"（2023）{code}执101号", "2023年3月6日"),
            row(2, f"(2023){code}执102号", dt.datetime(2023, 4, 3), amount=125000.5),  # noqa: DTZ001  as Excel has it
            row(
                3,
                f"〔2023〕{code}执 103 号",
                "2023.4.10",
                respondent="王 五、云州市恒达建材有限公司；赵六",
                respondent_phone="13911110001、无、0799-8241234",
                location="辖区内、本市其他区县、湖北省武汉市",
                amount="12.5万元",
                received="2023-04-07",
            ),
            row(4, f"（2023）{code}执104号", 45042, applicant_phone=13800000004),
            row(
                5, f"（2023）{code}执105号", "二〇二三年五月八日", respondent_phone="13911110005 13911110006"
            ),
            [None] * WIDTH,
            row(6, f"（2023）{code}执106号", "2023年2月30日"),
            row(7, f"（2023）{code}执107号", "2023-05-10", applicant_id="42990119800101123X"),
            row(8, f"（2023）{code}执108号", "2023-05-11", amount="八万多"),
            row(9, "（2023）鄂0000执109号", "2023-05-12", applicant="张三等3人"),
            row(1, f"（2023）{code}执101号", "2023-03-06"),
            row(2, f"（2023）{code}执102号", "2023年4月3日", amount="125,000.50"),
            ["合计", "共9件", *[None] * (WIDTH - 4), 899000, None],
            ["填表人：钱书记", *[None] * (WIDTH - 1)],
        ],
    )
    book.save(path)
    return path
