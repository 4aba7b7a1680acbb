"""Property by account or plate, payees by account, orders by number: found from every case one may see, from no other."""

from decimal import Decimal

import pytest

from cases.actions.assigning import seal_case
from cases.models import Case, Party
from desk.selectors.searching import search
from funds.actions.payees import register_payee
from kernel import time
from measures.actions.finding import Found, add_property
from supervision.actions.orders import issue_order
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.pages import client_of, main, words

pytestmark = pytest.mark.django_db
CARD, DEPOSIT, PLATE = "6222021001116245702", "420501000099887766", "鄂A·Z88F9"


def by(actor) -> dict:
    return {"actor": actor, "at": time.now(), "key": key()}


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house()
        case = assigned(home, filing("2023-04-24"))
        owner = Party.objects.get(case=case, role="respondent").pk
        for kind, label, reference in (("vehicle", "小轿车", PLATE), ("bank_account", "定期存款", DEPOSIT)):
            item = Found(owner, kind, label, Decimal("90000.00"), reference=reference, holder="楚江银行")
            add_property(case_id=case.pk, item=item, source="field", on=time.today(), **by(home.handler))
        register_payee(
            about=case.about,
            court_id=home.court.pk,
            name="张三",
            bank="楚江农村商业银行",
            account=CARD,
            undertaking_file_id=None,
            signed_on=None,
            **by(home.handler),
        )
        issue_order(case_id=case.pk, words="三日内发出通知", due_on=time.today(), **by(home.centre))
    return home


@pytest.mark.parametrize(
    ("text", "properties", "payees", "orders"),
    [
        (PLATE, ["小轿车"], [], 0),
        ("鄂a z88f9", ["小轿车"], [], 0),
        ("88F9", ["小轿车"], [], 0),
        ("7766", ["定期存款"], [], 0),
        ("4205 0100 0099 887766", ["定期存款"], [], 0),
        ("5702", [], ["张三"], 0),
        (CARD, [], ["张三"], 0),
        ("〔2023〕1号", [], [], 1),
        ("2023 1号", [], [], 1),
        ("[2023]1号", [], [], 1),
        ("催〔2023〕1号", [], [], 0),
        ("9999", [], [], 0),
        ("鄂B12345", [], [], 0),
    ],
)
def test_what_belongs_to_a_case_is_found_by(home: House, text, properties, payees, orders) -> None:
    found = search(user=home.handler, text=text)
    assert [hit.item.label for hit in found.properties] == properties
    assert [hit.account.payee.name for hit in found.payees] == payees
    assert len(found.orders) == orders


def test_nothing_of_a_case_one_may_not_see(home: House) -> None:
    with time.travel("2023-04-24 10:00"):
        other = house()
        case = Case.objects.get()
        seal_case(
            case_id=case.pk, sealed=True, reason="商业秘密", actor=home.centre, at=time.now(), key=key()
        )
    for text in (PLATE, "5702", "7766", "〔2023〕1号"):
        for user in (home.leader, other.handler, other.centre):
            assert search(user=user, text=text).number == 0, (text, user)
        assert search(user=home.handler, text=text).number == 1


def test_ten_queries_at_most(home: House, django_assert_max_num_queries) -> None:
    assert home.handler.scope.roles
    for text in ("5702", "88F9", PLATE, CARD, "〔2023〕1号", "张三"):
        with django_assert_max_num_queries(10):
            search(user=home.handler, text=text)


def test_the_page_groups_by_kind_and_masks(home: House, caplog) -> None:
    with caplog.at_level("INFO"):
        response = client_of(home.handler).get("/search", {"q": "5702"})
    assert "领款账户 1" in main(response)
    assert CARD not in words(response)
    assert "'kinds': ['payee']" in "".join(record.getMessage() for record in caplog.records)
    assert "财产 1" in main(client_of(home.handler).get("/search", {"q": PLATE}))
    assert "督办单 1" in main(client_of(home.handler).get("/search", {"q": "〔2023〕1号"}))
