"""批量付款: one file with its hash, downloaded once; the bank's answer line by line, nothing lost and nothing twice."""

from __future__ import annotations

import csv
import hashlib
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from events.log import history
from funds.actions.paybatches import close_batch, download_batch, take_returns
from funds.actions.payouts import confirm_paid, send_payout
from funds.audit import differences
from funds.instructing import Through
from funds.models import Instruction, Journal, PaymentBatch, Payout
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from tests.factories.courts import court
from tests.factories.funds import Desk, desk, in_custody, payee, payout
from tests.factories.statements import bank_account

HEAD = ["指令号", "金额", "结果", "回单号", "日期", "原因"]


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    return desk()


def sent(at_desk: Desk, number: int = 3) -> tuple[Any, list[Payout]]:
    account, made = bank_account(at_desk.court, at_desk.finance), []
    for each in range(number):
        amount = f"{100 + each}.50"
        receipt, to = in_custody(at_desk, amount), payee(at_desk, name=f"张{each}")
        row = payout(at_desk, "approved", receipt=receipt, to=to, amount=amount)
        through = Through(account, "file")
        send_payout(payout_id=row.pk, actor=at_desk.finance, at=time.now(), key="send", through=through)
        made.append(row)
    return account, made


def by(at_desk: Desk, key: str = "k") -> dict[str, Any]:
    return {"actor": at_desk.finance, "at": time.now(), "key": key}


def batch_of(at_desk: Desk, account: Any, layout: str = "generic-csv") -> PaymentBatch:
    made = close_batch(account_id=account.pk, layout=layout, **by(at_desk, "batch"))
    assert made is not None
    return made


def answered(
    folder: Path, at_desk: Desk, batch: PaymentBatch, rows: list[list[str]], name: str = "r.csv"
) -> Any:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    path = folder / name
    path.write_bytes(out.getvalue().encode("gb18030"))
    return take_returns(batch_id=batch.pk, path=path, name=name, actor=at_desk.finance, at=time.now())


def reference(row: Payout) -> str:
    return str(Instruction.objects.get(payout=row).reference)


def states(made: list[Payout]) -> list[str]:
    return [Payout.objects.get(pk=row.pk).state for row in made]


def test_the_file_holds_each_order_once_and_its_hash_is_kept(at_desk: Desk) -> None:
    account, made = sent(at_desk)
    batch = batch_of(at_desk, account)
    assert (batch.count, batch.total) == (3, Decimal("304.50"))
    assert batch_of(at_desk, account) == batch
    assert close_batch(account_id=account.pk, layout="generic-csv", **by(at_desk, "next")) is None
    file = download_batch(batch_id=batch.pk, reason="", **by(at_desk, "d1"))
    assert hashlib.sha256(file.content).hexdigest() == batch.digest
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row["指令号"] for row in rows] == [reference(row) for row in made]
    assert sum(Decimal(row["金额"]) for row in rows) == batch.total
    assert {row["收款账号"] for row in rows} == {"6222021001116245702"}
    assert list(differences()) == []


def test_downloaded_once_and_again_only_with_a_reason(at_desk: Desk) -> None:
    account, _made = sent(at_desk, 1)
    batch = batch_of(at_desk, account, "branch-csv")
    first = download_batch(batch_id=batch.pk, reason="", **by(at_desk, "d1"))
    # The same click gives the same file and counts once.
    assert download_batch(batch_id=batch.pk, reason="", **by(at_desk, "d1")).content == first.content
    with pytest.raises(BadInput, match="没有填写理由"):
        download_batch(batch_id=batch.pk, reason=" ", **by(at_desk, "d2"))
    again = download_batch(batch_id=batch.pk, reason="网银上传中断", **by(at_desk, "d3"))
    assert again.content == first.content
    found = PaymentBatch.objects.get(pk=batch.pk)
    assert [each["reason"] for each in found.downloads] == ["", "网银上传中断"]
    kinds = [event.kind for event in history(batch.stream)]
    assert kinds == ["batch.closed", "batch.downloaded", "batch.downloaded"]
    assert not any("6222" in str(event.data) for event in history(batch.stream))


def test_pain_001_adds_up(at_desk: Desk) -> None:
    account, made = sent(at_desk, 2)
    file = download_batch(batch_id=batch_of(at_desk, account, "pain-001").pk, reason="", **by(at_desk))
    root = ElementTree.fromstring(file.content)
    space = {"p": root.tag.partition("}")[0].strip("{")}
    assert root.find(".//p:GrpHdr/p:CtrlSum", space).text == "202.00"
    ends = [each.text for each in root.findall(".//p:EndToEndId", space)]
    assert ends == [reference(row) for row in made]


def test_a_file_that_would_be_another_one_does_not_leave(at_desk: Desk) -> None:
    account, _made = sent(at_desk, 1)
    batch = batch_of(at_desk, account)
    PaymentBatch.objects.filter(pk=batch.pk).update(digest="0" * 64)
    with pytest.raises(WrongState, match="校验值不一致"):
        download_batch(batch_id=batch.pk, reason="", **by(at_desk))
    assert PaymentBatch.objects.get(pk=batch.pk).downloads == []


def test_the_banks_answer_line_by_line(at_desk: Desk, tmp_path: Path) -> None:
    account, made = sent(at_desk)
    batch = batch_of(at_desk, account)
    download_batch(batch_id=batch.pk, reason="", **by(at_desk))
    assert states(made) == ["sent"] * 3
    day = time.today().isoformat()
    rows = [
        [reference(made[0]), "100.50", "成功", "H1", day, ""],
        [reference(made[1]), "101.50", "退票", "", day, "户名不符"],
        [reference(made[2]), "102.50", "处理中", "", "", ""],
    ]
    done = answered(tmp_path, at_desk, batch, rows)
    assert (done.paid, done.returned, done.unknown, done.problems) == (1, 1, 1, [])
    assert states(made) == ["paid", "returned", "sent"]
    assert Instruction.objects.get(payout=made[2]).state == "unknown"
    journals = Journal.objects.count()
    assert answered(tmp_path, at_desk, batch, rows).pk == done.pk
    # The next answer repeats what is known and brings the rest; a paid one comes back later.
    rows[0][2], rows[2][2:5] = "退汇", ["成功", "H3", day]
    answered(tmp_path, at_desk, batch, rows, "second.csv")
    assert states(made) == ["returned", "returned", "paid"]
    assert Journal.objects.count() == journals + 5
    assert list(differences()) == []


def test_lines_that_do_not_fit_change_nothing(at_desk: Desk, tmp_path: Path) -> None:
    account, made = sent(at_desk)
    batch = batch_of(at_desk, account)
    download_batch(batch_id=batch.pk, reason="", **by(at_desk))
    given = {"bank_ref": "H9", "paid_on": time.today(), **by(at_desk, "hand")}
    confirm_paid(payout_id=made[2].pk, **given)
    day = time.today().isoformat()
    rows = [
        [reference(made[0]), "999.00", "成功", "H1", day, ""],
        ["00000000-0000-4000-8000-000000000000", "1.00", "成功", "H2", day, ""],
        [reference(made[2]), "102.50", "成功", "OTHER", day, ""],
        [reference(made[1]), "101.50", "成功", "H9", day, ""],
    ]
    done = answered(tmp_path, at_desk, batch, rows)
    assert [each["row"] for each in done.problems] == [2, 3, 4, 5]
    assert [word in each["text"] for word, each in zip(("不符", "不在本批次", "已到账", "已用于另一笔"), done.problems, strict=True)] == [True] * 4  # fmt: skip
    assert states(made) == ["sent", "sent", "paid"]
    assert list(differences()) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["甲", "乙"]], "没有找到"),
        ([HEAD, ["不是编号", "1.00", "成功", "H", "2026-01-01", ""]], "第 2 行"),
        ([HEAD, ["00000000-0000-4000-8000-000000000000", "1.00", "成功", "", "", ""]], "没有银行回单号"),
        ([HEAD, ["00000000-0000-4000-8000-000000000000", "1.00", "失败", "", "", ""]], "没有一笔属于批次"),
    ],
)
def test_a_file_that_is_no_answer_is_refused_whole(
    at_desk: Desk, tmp_path: Path, rows: list[list[str]], words: str
) -> None:
    account, made = sent(at_desk, 1)
    batch = batch_of(at_desk, account)
    path = tmp_path / "r.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    given = {"batch_id": batch.pk, "path": path, "name": "r.csv", "actor": at_desk.finance, "at": time.now()}
    with pytest.raises(WrongState, match="还没有下载"):
        take_returns(**given)
    download_batch(batch_id=batch.pk, reason="", **by(at_desk))
    with pytest.raises(BadInput, match=words):
        take_returns(**given)
    assert states(made) == ["sent"]
    assert not batch.returns.exists()


def test_who_may_not(at_desk: Desk) -> None:
    account, _made = sent(at_desk, 1)
    batch = batch_of(at_desk, account)
    stranger = desk(court())
    with pytest.raises(NotFound):
        download_batch(batch_id=batch.pk, reason="", actor=stranger.finance, at=time.now(), key="x")
    with pytest.raises(NotAllowed):
        download_batch(batch_id=batch.pk, reason="", actor=at_desk.director, at=time.now(), key="y")
    with pytest.raises(BadInput, match="没有这种文件格式"):
        close_batch(account_id=account.pk, layout="other", **by(at_desk, "z"))
