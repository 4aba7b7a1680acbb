"""领款登记 by the party: checks, the undertaking, the code of a change, the day of cooling, nothing once money is on its way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.actions.money import draft_payout
from cases.models import Case, Party
from courts.models import User
from events import relay
from events.models import Event
from funds.models import PayeeAccount
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from notices.models import Message
from portal.actions.accounts import Account, confirm_account, give_account, take_effect, withdraw_account
from portal.actions.signing import ask_code, send_codes, sign_in_by_phone
from portal.models import AccountChange
from portal.tasks import change_accounts
from tests.factories.cases import House, house, key
from tests.factories.documents import jpeg
from tests.factories.pages import client_of, hidden, stands, words
from tests.petitions.test_letters import case_of, reader_of
from tests.walks.stage import money, payee

pytestmark = pytest.mark.django_db


def luhn(head: str) -> str:
    """A card number with its check digit."""
    total = 0
    for place, digit in enumerate(reversed(head)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return head + str(-total % 10)


CARD, OTHER = luhn("621700001000123456"), luhn("621700001000123457")


def picture(name: str = "承诺书.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(), "image/jpeg")


def by_phone(phone: str = "13800000001") -> User:
    """Signed in with the code that went to the number."""
    ask_code(phone=phone, place="1.2.3.4", at=time.now())
    send_codes(at=time.now())
    text = Message.objects.filter(topic="sign_in_code").order_by("-id")[0].full_text
    code = re.search(r"\d{6}", text)[0]
    return sign_in_by_phone(phone=phone, code=code, place="1.2.3.4", at=time.now())


def give(case: Case, user: User, account: str = CARD, **changes: Any) -> AccountChange | None:
    given = {"name": "张三", "bank": "中国工商银行云州东湖支行", "account": account, "again": account}
    given |= {k: changes.pop(k) for k in tuple(changes) if k in given}
    party = Party.objects.get(case=case, role="applicant")
    more = {"upload": picture(), "at": time.now(), "key": key(), "party_id": party.pk, **changes}
    return give_account(case_id=case.pk, given=Account(**given), actor=user, **more)


def settle() -> None:
    while relay.run():
        pass


def at_work() -> tuple[House, Case]:
    home = house()
    return home, case_of(home)


def account_in_force(case: Case) -> str:
    return str(PayeeAccount.objects.filter(payee__about=case.about).order_by("-version")[0].account)


def test_the_first_account_is_registered_with_its_undertaking_and_the_case_knows() -> None:
    _home, case = at_work()
    assert give(case, reader_of(case)) is None
    settle()
    row = PayeeAccount.objects.get()
    assert (row.payee.name, str(row.account), row.has_undertaking) == ("张三", CARD, True)
    noted = Event.objects.get(stream=case.about, kind="payee.noted")
    assert [fact[1:] for fact in noted.data["facts"]] == [
        ["payee_account_registered", True],
        ["payee_undertaking_signed", True],
    ]
    assert not [event for event in Event.objects.all() if CARD in str(event.data)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "李四"}, "name"),
        ({"bank": "没有"}, "bank"),
        ({"account": CARD[:-1] + str((int(CARD[-1]) + 1) % 10)}, "account"),
        ({"again": OTHER}, "again"),
        ({"upload": None}, "file"),
        ({"upload": SimpleUploadedFile("a.pdf", b"MZ\x90")}, "file"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    _home, case = at_work()
    with pytest.raises(BadInput) as refused:
        give(case, reader_of(case), **changes)
    assert refused.value.field == field
    assert not PayeeAccount.objects.exists()


def test_nobody_registers_for_the_other_side() -> None:
    _home, case = at_work()
    respondent = reader_of(case, "respondent")
    with pytest.raises(NotFound):
        give(case, respondent)
    assert client_of(respondent).get(f"/my/cases/{case.pk}/account/").status_code == 404


def changing(case: Case) -> tuple[User, str]:
    """A registered account, and the code of another that was asked for at 10:00."""
    user = by_phone()
    give(case, user)
    change = give(case, user, OTHER)
    assert change is not None
    text = Message.objects.get(topic="account_code").full_text
    return user, re.search(r"\d{6}", text)[0]


def test_another_account_needs_the_code_and_is_in_force_a_day_later() -> None:
    _home, case = at_work()
    party = Party.objects.get(case=case, role="applicant").pk
    with time.travel("2025-03-07 10:00"):
        user, code = changing(case)
        who = {"case_id": case.pk, "party_id": party, "actor": user, "at": time.now()}
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        with pytest.raises(BadInput):
            confirm_account(**who, code=wrong, key=key())
        change = confirm_account(**who, code=code, key=key())
        assert change_accounts() == 0
        assert account_in_force(case) == CARD
        told = Message.objects.get(topic="account_changing").text
        assert "2025年3月8日" in told
        assert OTHER not in told
    with time.travel("2025-03-08 09:59"):
        assert change_accounts() == 0
    with time.travel("2025-03-08 10:00"):
        assert change_accounts() == 1
        assert take_effect(change_id=change.pk, at=time.now()) is False
    assert account_in_force(case) == OTHER
    change.refresh_from_db()
    assert (change.is_done, change.account) == (True, None)


def test_a_code_that_came_too_late_or_was_guessed_at_five_times_is_worth_nothing() -> None:
    _home, case = at_work()
    party = Party.objects.get(case=case, role="applicant").pk
    with time.travel("2025-03-07 10:00"):
        user, code = changing(case)
    with time.travel("2025-03-07 10:11"), pytest.raises(BadInput):
        confirm_account(case_id=case.pk, party_id=party, actor=user, code=code, at=time.now(), key=key())
    AccountChange.objects.update(tries=5)
    with time.travel("2025-03-07 10:05"), pytest.raises(BadInput):
        confirm_account(case_id=case.pk, party_id=party, actor=user, code=code, at=time.now(), key=key())
    assert account_in_force(case) == CARD


def test_a_change_is_taken_back_before_it_is_in_force() -> None:
    _home, case = at_work()
    party = Party.objects.get(case=case, role="applicant").pk
    with time.travel("2025-03-07 10:00"):
        user, code = changing(case)
        who = {"case_id": case.pk, "party_id": party, "actor": user, "at": time.now()}
        confirm_account(**who, code=code, key=key())
        withdraw_account(**who, key=key())
    with time.travel("2025-03-09 10:00"):
        assert change_accounts() == 0
    assert account_in_force(case) == CARD


def test_each_change_is_taken_back_on_the_page_and_a_second_tap_says_how_it_stands() -> None:
    _home, case = at_work()
    with time.travel("2025-03-07 10:00"):
        user, code = changing(case)
        party = Party.objects.get(case=case, role="applicant").pk
        who = {"case_id": case.pk, "party_id": party, "actor": user, "at": time.now()}
        client, address = client_of(user), f"/my/cases/{case.pk}/account/"
        confirm_account(**who, code=code, key=key())
        assert client.post(f"{address}withdraw").status_code == 302
    with time.travel("2025-03-08 10:00"):
        give(case, user, OTHER)
        again = Message.objects.filter(topic="account_code").latest("pk").full_text
        confirm_account(**who | {"at": time.now()}, code=re.search(r"\d{6}", again)[0], key=key())
        assert client.post(f"{address}withdraw").status_code == 302
        assert "已撤回" in words(client.get(address))
        assert client.post(f"{address}withdraw").status_code == 302
        assert "现在没有等待生效的变更" in words(client.get(address))
    with time.travel("2025-03-10 10:00"):
        assert change_accounts() == 0
    assert account_in_force(case) == CARD


def test_nothing_is_changed_once_a_payout_has_begun() -> None:
    home, case = at_work()
    with time.travel("2025-03-07 10:00"):
        user, code = changing(case)
        party = Party.objects.get(case=case, role="applicant").pk
        confirm_account(case_id=case.pk, party_id=party, actor=user, code=code, at=time.now(), key=key())
        receipt = money(home, case, "5000.00", "S1")
        settle()
        draft_payout(
            case_id=case.pk,
            receipt_id=receipt.pk,
            payee_id=PayeeAccount.objects.get().payee_id,
            amount=receipt.amount,
            communication_record=None,
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        with pytest.raises(WrongState):
            give(case, user, luhn("621700001000123458"))
    with time.travel("2025-03-08 10:00"):
        assert change_accounts() == 0
    assert account_in_force(case) == CARD
    assert AccountChange.objects.get().reason.startswith("案款已经开始发放")


def test_who_came_by_the_code_on_paper_registers_the_first_account_and_changes_none() -> None:
    _home, case = at_work()
    user = reader_of(case)
    give(case, user)
    with pytest.raises(WrongState, match="验证码"):
        give(case, user, OTHER)


def test_a_second_tap_is_the_same_account() -> None:
    _home, case = at_work()
    user, same = reader_of(case), key()
    give(case, user, key=same)
    give(case, user, key=same)
    assert PayeeAccount.objects.count() == 1


def test_the_page_registers_shows_it_masked_and_says_what_is_wrong() -> None:
    _home, case = at_work()
    client = client_of(reader_of(case))
    address = f"/my/cases/{case.pk}/account/"
    form = client.get(address)
    given = {
        **{name: hidden(form, name) for name in ("act_key", "party")},
        "name": "张三",
        "bank": "中国工商银行",
        "branch": "云州东湖支行",
        "account": CARD,
        "again": CARD,
        "agrees": "on",
    }
    missing = client.post(address, given)
    assert missing.status_code == 422
    assert "请填写“签名的领款承诺书”" in words(missing)
    wrong = client.post(address, {**given, "file": SimpleUploadedFile("a.exe", b"MZ\x90\x00" * 9)})
    assert wrong.status_code == 422
    assert "不能接收这种文件" in words(wrong)
    assert client.post(address, {**given, "file": picture()}).status_code == 302
    body = client.get(address).content.decode()
    assert CARD not in body
    assert CARD[-4:] in body
    assert "已登记" in words(client.get(f"/my/cases/{case.pk}/"))


def test_the_handlers_account_of_a_payee_is_shown_to_its_own_side_only() -> None:
    home, case = at_work()
    payee(home, case)
    assert stands("4567", words(client_of(reader_of(case)).get(f"/my/cases/{case.pk}/account/")))
    other = client_of(reader_of(case, "respondent"))
    for name in ("", "money/", "papers/", "letters/"):
        assert not stands("4567", other.get(f"/my/cases/{case.pk}/{name}").content.decode())
