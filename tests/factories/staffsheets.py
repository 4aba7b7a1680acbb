"""Sheets of staff as courts send them."""

from __future__ import annotations

from pathlib import Path

import openpyxl

HEADING = ("用户名*", "姓名", "职务", "所属机构", "加入日期", "离开日期", "角色", "任职日期", "卸任日期")


def staff_sheet(path: Path, *rows: tuple[object, ...]) -> Path:
    """A sheet with a title above its heading."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["执行局人员名单"])
    sheet.append(HEADING)
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path
