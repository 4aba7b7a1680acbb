"""Fictional papers: for each kind the facts of one believable case."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import struct
import zipfile
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from courts.models import Court
from documents import drafts
from documents.models import Paper

_numbers = itertools.count(1)
CASE = {
    "case_number": "（2023）鄂9903执12号",
    "applicants": ["张三"],
    "respondents": ["李四"],
    "cause": "民间借贷纠纷",
    "basis_document": "云州市东湖区人民法院（2022）鄂9903民初88号民事判决书",
}
FACTS: dict[str, dict[str, Any]] = {
    "acceptance_notice": {
        "addressee": "张三",
        "claim_amount": "80000.00",
        "filed_on": "2023-04-24",
        "handler": "王平",
        "clerk": "赵小燕",
    },
    "execution_notice": {
        "addressee": "李四",
        "filed_on": "2023-04-24",
        "obligations": [
            "向申请执行人张三支付借款本金80000元及利息（以80000元为基数，自2022年6月1日起按年利率3.65%计算至实际清偿之日止）。",
            "向申请执行人张三支付案件受理费900元。",
        ],
        "fee_amount": "1100.00",
        "handler": "王平",
        "clerk": "赵小燕",
        "account_name": "云州市东湖区人民法院",
        "account_bank": "中国建设银行云州东湖支行",
        "login_url": "https://zx.example.cn/my/login/paper",
    },
    "report_order": {
        "addressee": "李四",
        "report_within": "收到本令之日起十日内",
        "handler": "王平",
        "clerk": "赵小燕",
    },
    "freeze_ruling": {
        "property": ["中国建设银行云州东湖支行存款52000元", "支付宝账户余额8000元"],
        "freeze_amount": "60000.00",
        "freeze_from": "2023-05-04",
        "freeze_until": "2024-05-03",
        "judges": ["王平"],
        "clerk": "赵小燕",
    },
    "interview_record": {
        "held_on": "2024-04-09",
        "held_time": "9时30分至10时10分",
        "place": "云州市东湖区人民法院执行约谈室",
        "interviewer": "王平",
        "recorder": "赵小燕",
        "interviewee": "张三",
        "interviewee_role": "申请执行人",
        "measures": [
            "2024年1月10日向被执行人发出执行通知书、报告财产令，被执行人未报告财产。",
            "2024年1月12日、3月26日通过网络执行查控系统查询被执行人的银行存款、网络资金、车辆、证券、工商登记、不动产信息。",
            "2024年1月26日到被执行人住所地现场调查，制作调查笔录。",
            "2024年4月8日发出限制消费令，将被执行人纳入失信被执行人名单。",
        ],
        "findings": ["银行存款余额合计312.50元，已划拨。", "名下无车辆、不动产、证券和对外投资登记。"],
        "clues": "暂时没有新的线索，以后发现线索再向法院提供。",
        "opinion": "以上情况已经清楚，同意终结本次执行程序。",
    },
    "termination_ruling": {
        "filed_on": "2024-01-08",
        "claim_amount": "260000.00",
        "recovered_amount": "312.50",
        "unpaid_amount": "259687.50",
        "elements": [
            ["执行通知、报告财产", "2024年1月10日", "已发出执行通知书、报告财产令，被执行人未报告财产"],
            [
                "网络查控",
                "2024年1月12日、3月26日",
                "银行存款余额合计312.50元，已划拨；无车辆、证券、工商登记",
            ],
            ["不动产调查", "2024年2月6日", "户籍地、居住地均无不动产登记"],
            ["现场调查", "2024年1月26日", "被执行人不在住所地居住，村民委员会证明其外出务工"],
            ["限制消费、失信名单", "2024年4月8日", "已发出限制消费令，已纳入失信被执行人名单"],
        ],
        "findings": "除已划拨的银行存款外，未发现被执行人有其他可供执行的财产。",
        "interviewed_on": "2024-04-09",
        "opinion": "同意终结本次执行程序。",
        "ground": "申请执行人签字确认",
        "judges": ["王平", "孙大勇", "周敏"],
        "clerk": "赵小燕",
    },
    "escrow_decision": {
        "amount": "30000.00",
        "arrived_on": "2023-09-20",
        "cause_words": "领款人拒不领取",
        "ground": "本院于2023年9月21日、9月25日两次电话通知申请执行人领取案款，其明确表示拒绝领取。",
        "escrow_body": "云州市公证处",
        "decided_on": "2023-09-27",
        "judges": ["王平"],
        "clerk": "赵小燕",
    },
    "distribution_plan": {
        "amount": "10000.00",
        "arrived_on": "2023-05-08",
        "version_words": "第 1 版",
        "shares": [
            ["张三", "普通债权", "¥60,000.00", "¥6,666.67"],
            ["王五", "普通债权", "¥30,000.00", "¥3,333.33"],
        ],
        "surplus": "0.00",
        "grounds": "被执行人财产不足以清偿全部债务，各普通债权按比例受偿。",
        "judges": ["王平"],
        "clerk": "赵小燕",
    },
    "petition_reply": {
        "addressee": "张三",
        "petition_number": "信访〔2023〕12号",
        "received_on": "2023-06-16",
        "channel": "来访",
        "demand": "请求说明评估进展，并加快处置查封的房屋。",
        "reply": [
            "查封的房屋已经委托评估，评估报告预计于2023年7月7日前作出。",
            "评估报告作出后三日内，本院将启动网络司法拍卖，并及时告知拍卖日期。",
        ],
        "handler": "王平",
        "clerk": "赵小燕",
    },
}
SECRETS: dict[str, dict[str, Any]] = {
    "execution_notice": {"account_number": "6227000000000000018", "login_code": "7KQ4MXW29PDT"},
    "freeze_ruling": {
        "applicant_details": [
            "男，1980年1月2日出生，汉族，住云州市东湖区政法路8号，公民身份号码429900198001020018"
        ],
        "respondent_details": [
            "男，1979年3月4日出生，汉族，住云州市西山区大桥村3组，公民身份号码429900197903040015"
        ],
        "property_accounts": ["6227000000000000026", ""],
    },
    "termination_ruling": {
        "applicant_details": [
            "男，1980年1月2日出生，汉族，住云州市东湖区政法路8号，公民身份号码429900198001020018"
        ],
        "respondent_details": [
            "男，1979年3月4日出生，汉族，住云州市西山区大桥村3组，公民身份号码429900197903040015"
        ],
    },
}
COURT = {"name": "云州市东湖区人民法院", "phone": "0799-12368", "address": "云州市东湖区政法路1号"}


def facts(kind: str, **changes: Any) -> dict[str, Any]:
    """The open facts of one paper; a change to None leaves a fact out."""
    number = {"interview_record": "（2024）鄂9903执7号", "termination_ruling": "（2024）鄂9903执7号"}
    merged = {**CASE, "case_number": number.get(kind, CASE["case_number"]), **FACTS[kind], **changes}
    return {key: value for key, value in merged.items() if value is not None}


def secrets(kind: str) -> dict[str, Any]:
    """Its secret facts."""
    return dict(SECRETS.get(kind, {}))


def jpeg(width: int = 40, height: int = 30, *, as_format: str = "JPEG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 140, 160)).save(out, as_format)
    return out.getvalue()


def pdf(pages: int = 1, *, password: str = "") -> bytes:
    """A small PDF, encrypted when a password is given."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 200))
        document.save(out, encryption=pikepdf.Encryption(owner=password, user=password) if password else None)
    return out.getvalue()


def draft(court: Court, kind: str = "execution_notice", *, key: str = "", **changes: Any) -> Paper:
    """A draft in its own transaction; changes are arguments of draft() where it has them, else facts."""
    at = changes.pop("at", dt.datetime(2023, 4, 26, 2, tzinfo=dt.UTC))
    own = {name: changes.pop(name) for name in ("about", "case_id", "team_id", "owner_id") if name in changes}
    secret = changes.pop("secret_facts", secrets(kind))
    with transaction.atomic():
        return drafts.draft(
            kind=kind,
            court_id=court.pk,
            facts=facts(kind, **changes),
            secret_facts=secret,
            key=key or f"test:{next(_numbers)}",
            actor="user:7",
            at=at,
            **{"about": "case:12", "case_id": 12, "team_id": None, "owner_id": None, **own},
        )


def mp3(frames: int = 4) -> bytes:
    """Silence of layer III at 64 kbit/s and 44.1 kHz: frames of 208 bytes."""
    return (b"\xff\xfb\x50\x00" + bytes(204)) * frames


def mp4(*, brand: bytes = b"isom", boxes: tuple[bytes, ...] = (b"moov", b"mdat")) -> bytes:
    """The skeleton of a video."""
    parts = [(b"ftyp", brand + b"\0\0\2\0" + brand), *((box, b"\0" * 64) for box in boxes)]
    return b"".join(struct.pack(">I4s", len(body) + 8, name) + body for name, body in parts)


def docx(**parts: bytes) -> bytes:
    """The skeleton of a Word document with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **parts}.items():
            archive.writestr(name, body)
    return out.getvalue()


def upload(content: bytes, name: str = "材料.pdf") -> SimpleUploadedFile:
    """What a browser sends."""
    return SimpleUploadedFile(name, content)
