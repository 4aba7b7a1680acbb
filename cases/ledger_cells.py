"""What one cell of a court's ledger says: text, dates, amounts, several parties in one cell. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.dates import parse_date
from kernel.errors import BadInput
from kernel.identity import check_citizen_id, check_credit_code
from kernel.money import parse_amount
from kernel.text import compound_surname, normalise_width
from kernel.workbooks import Unreadable, Value

_SEPARATORS = re.compile(r"[、;；,，\n]")
_NONE_WORDS = frozenset({"无", "/", "-", "—", "——", "--", "不详", "未知", "暂无", "空"})
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_INNER_SPACE = re.compile(r"(?<=[\u3400-\u9fff])[ \u3000]+(?=[\u3400-\u9fff])")
_NUMBERED = re.compile(r"^[(（]?\d{1,2}[.．)）]\s*")
_AND_OTHERS = re.compile(r"等(\d+|[一二两三四五六七八九十]+)?[人名个位家]?$")
_NAME = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{2}")
_PLAIN_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")

_ORGANISATIONS = {
    "government": "政府 局 厅 检察院 法院 办事处 管理处 派出所",
    "other": "委员会 村委会 居委会 学校 中学 小学 大学 幼儿园 医院 协会 学会 基金会 服务中心 村民小组",
    "enterprise": "公司 厂 店 馆 铺 坊 行 合作社 企业 集团 联社 信用社 经营部 超市 场 工作室 事务所 有限合伙 (有限合伙) "
    "（有限合伙） 中心 站",
}
_KINDS = {
    "自然人": "natural_person",
    "个人": "natural_person",
    "企业": "enterprise",
    "公司": "enterprise",
    "法人": "enterprise",
    "机关": "government",
    "党政机关": "government",
    "其他": "other",
    "其他组织": "other",
}
_CHANNELS = {
    "网上": "online",
    "网上立案": "online",
    "线上": "online",
    "现场": "on_site",
    "现场立案": "on_site",
}
_CHANNELS |= {"窗口": "on_site", "窗口立案": "on_site", "线下": "on_site"}
_CLAIM_KINDS = {
    "金钱": "money",
    "给付金钱": "money",
    "金钱给付": "money",
    "交付": "delivery",
    "交付财产": "delivery",
}
_CLAIM_KINDS |= {"行为": "act", "履行行为": "act"}
# Digits beyond this are lost where a spreadsheet keeps a number as a number.
_SAFE_NUMBER = 10**15
_LONGEST_PERSON = 4


def text_of(value: Value) -> str:
    """A cell as text. Raises BadInput for one that cannot be used, and for a long number that lost its end."""
    if isinstance(value, Unreadable):
        raise BadInput(value.what, fix=value.fix)
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return (value.date() if isinstance(value, dt.datetime) else value).isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _SAFE_NUMBER:
            raise BadInput(
                _("被表格存成了数字，第15位以后已经丢失"), fix=_("把这一列设为“文本”格式，重新填写号码。")
            )
        return str(int(value)) if value == int(value) else str(value)
    text = _CONTROL.sub(" ", str(value)).strip()
    return "" if text in _NONE_WORDS else text


def date_of(value: Value, *, today: dt.date) -> dt.date | None:
    """The date in a cell: a date cell, 2023年3月5日, 2023.3.5, a serial number; None when it is empty."""
    if isinstance(value, dt.datetime | dt.date):
        return parse_date(value, today=today)
    text = text_of(value)
    return parse_date(text, today=today) if text else None


def amount_of(value: Value, *, unit: Decimal) -> Decimal | None:
    """The amount in yuan; None when the cell is empty. unit: 10000 where the heading says 万元 and the cell does not."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Fifteen digits are what a spreadsheet keeps: 0.1 + 0.2 is 0.3 there.
        return parse_amount(Decimal(f"{value:.15g}") * unit)
    text = text_of(value)
    if not text:
        return None
    plain = normalise_width(text)
    if unit != 1 and _PLAIN_NUMBER.fullmatch(plain):
        return parse_amount(Decimal(plain.replace(",", "")) * unit)
    return parse_amount(text)


def names_of(value: Value) -> list[str]:
    """The parties of one cell. Raises BadInput for 张三等3人 and for what is no name."""
    text = _INNER_SPACE.sub("", text_of(value))
    names = [_NUMBERED.sub("", part.strip()) for part in _SEPARATORS.split(text) if part.strip()]
    for name in names:
        if (others := _AND_OTHERS.search(name)) and (others[1] or others[0] != "等" or len(name) > 2):
            raise BadInput(_("“%s”没有写全每个人") % name[:20], fix=_("逐个写出姓名，用、隔开。"))
        if not _NAME.search(name):
            raise BadInput(_("“%s”不是姓名或名称") % name[:20], fix=_("填写姓名或单位全称，几个人用、隔开。"))
    return names


def spread(value: Value, names: Sequence[str], *, shared: bool = False) -> list[str]:
    """One text for each of these parties, in their order; "" where there is none.

    shared: one value holds for all of them. Raises BadInput when the counts differ.
    """
    text = text_of(value)
    if not text:
        return [""] * len(names)
    if len(names) == 1:
        return [text]
    parts = ["" if part.strip() in _NONE_WORDS else part.strip() for part in _SEPARATORS.split(text)]
    if len(parts) == len(names):
        return parts
    if shared and len(parts) == 1:
        return parts * len(names)
    raise BadInput(
        _("有 %(names)d 名当事人，却有 %(parts)d 项") % {"names": len(names), "parts": len(parts)},
        fix=_("按姓名的次序逐项填写，用、隔开；没有的写“无”。"),
    )


def phones_of(text: str) -> list[str]:
    """The numbers in one party's part of a cell."""
    return [part for part in re.split(r"[、;；,，/\s]+", text) if part and part not in _NONE_WORDS]


def kind_of(name: str, id_number: str, stated: str) -> str:
    """natural_person, enterprise, government or other: as stated, else by the number, else by the name.

    Raises BadInput when none of them tells.
    """
    if stated:
        return choice_of(stated, _KINDS)
    if id_number and check_citizen_id(id_number).ok:
        return "natural_person"
    if id_number and (code := check_credit_code(id_number)).ok:
        return {"1": "government", "9": "enterprise"}.get(code.value[0], "other")
    is_short = len(name) < _LONGEST_PERSON or (len(name) == _LONGEST_PERSON and compound_surname(name))
    for kind, endings in _ORGANISATIONS.items():
        if not is_short and name.endswith(tuple(endings.split())):
            return kind
    if len(name) <= _LONGEST_PERSON or "·" in name:
        return "natural_person"
    raise BadInput(
        _("看不出“%s”是自然人还是单位") % name[:20],
        fix=_("补填证件号，或者加一列“被执行人类型”写明自然人、企业。"),
    )


def location_of(text: str, *, area: str, city: str) -> str:
    """in_court_area, in_city, outside_city or "". area, city: of the court, such as 东湖区 and 云州市."""
    plain = re.sub(r"\s", "", text)
    if not plain:
        return ""
    is_elsewhere = "市" in plain.replace(area, "") and city not in plain
    if plain in ("辖区内", "本辖区", "本院辖区", "本院辖区内", "本区", "本县", "区内", "县内"):
        return "in_court_area"
    if area and area in plain and not is_elsewhere:
        return "in_court_area"
    if plain in ("本市", "市内", "本市其他区县", "市内其他区县") or (city and city in plain):
        return "in_city"
    if plain in ("市外", "外市", "外地", "外省", "本市以外", "省外", "境外") or re.search(
        r"[省市州盟]|自治区", plain
    ):
        return "outside_city"
    raise BadInput(
        _("看不出“%s”是否在本院辖区") % plain[:20],
        fix=_("填写：辖区内、本市其他区县、本市以外，或者写到市。"),
    )


def channel_of(text: str) -> str:
    """online or on_site; on_site when nothing is written."""
    return choice_of(text, _CHANNELS) if text else "on_site"


def claim_kind_of(text: str) -> str:
    """money, delivery or act; money when nothing is written."""
    return choice_of(text, _CLAIM_KINDS) if text else "money"


def choice_of(text: str, choices: dict[str, str]) -> str:
    """The value of one of these words. Raises BadInput naming them."""
    if text not in choices:
        raise BadInput(_("没有“%s”这个选项") % text[:20], fix=_("填写其中一项：%s。") % "、".join(choices))
    return choices[text]
