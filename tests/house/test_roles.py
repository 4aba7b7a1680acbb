"""Who may open what: every role x every entry of the navigation, against the table of roles and permissions."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.models import Case
from courts.scope import roles
from enforcement.faces import NAVIGATION
from tests.factories.cases import assigned, filing, house
from tests.factories.courts import court, person
from tests.factories.pages import client_of

pytestmark = pytest.mark.django_db
ALL = ""
READS = (
    "filing_clerk filing_head affairs_group file_group dispatch_group general_group handler team_leader"
    " bureau_director deputy_director designated_leader command_centre fund_officer finance petition_officer"
    " supervision_office vice_president president superior_bureau"
)
"""台账与报表: all but who only works on instruction (书记员, 外勤) and the administrator."""
ASSIGNS = "team_leader bureau_director deputy_director command_centre"
MONEY = "fund_officer finance"
WATCHES = "dispatch_group general_group bureau_director deputy_director command_centre superior_bureau"
RULES = "bureau_director vice_president president superior_bureau administrator"
ADMINISTERS = "administrator"
MAY_OPEN = {
    "desk:worklist": ALL,
    "desk:central": ALL,
    "desk:cases": ALL,
    "desk:approvals": ALL,
    "desk:notifications": ALL,
    "desk:delegations": ALL,
    "desk:views": ALL,
    "desk:ledgers": "filing_clerk filing_head file_group assistant handler team_leader",
    "desk:assign": ASSIGNS,
    "desk:handover": ASSIGNS,
    "desk:case_transfers": ASSIGNS,
    "desk:national": "general_group command_centre",
    "desk:conversions": "affairs_group dispatch_group general_group handler team_leader bureau_director"
    " deputy_director command_centre superior_bureau",
    "desk:finance": MONEY,
    "desk:finance_statements": MONEY,
    "desk:finance_match": MONEY,
    "desk:finance_unclaimed": MONEY,
    "desk:finance_close": MONEY,
    "desk:payments": "dispatch_group fund_officer finance vice_president president",
    "desk:fund_ageing": READS,
    "desk:fund_registers": ALL,
    "desk:letters": ALL,
    "desk:petitions": "dispatch_group general_group handler team_leader bureau_director deputy_director"
    " command_centre petition_officer supervision_office vice_president president superior_bureau",
    "desk:sms": WATCHES,
    "desk:coverage": WATCHES,
    "supervision:board": READS,
    "supervision:orders": ALL,
    "supervision:inspections": "dispatch_group general_group bureau_director deputy_director command_centre"
    " petition_officer supervision_office vice_president president superior_bureau",
    "supervision:findings": ALL,
    "supervision:bulletin": READS,
    "supervision:indicators": READS,
    "supervision:reports": READS,
    "supervision:clocks": WATCHES,
    "deadlines:calculator": ALL,
    "desk:calendar": ALL,
    "desk:rules": ALL,
    "desk:releases": RULES,
    "jobs:jobs": RULES,
    "desk:people": ADMINISTERS,
    "desk:units": ADMINISTERS,
    "desk:courts": ADMINISTERS,
    "desk:roles": ADMINISTERS,
    "desk:texts": "command_centre administrator",
}
"""Entry -> the roles that open it, written by hand from the table of roles, not read from courts/data/roles.yaml."""


PEOPLE = sorted(set(roles()) - {"connected_system"})
"""What another system holds is no role of people."""


OWN = {"jobs:jobs", "desk:case_transfers", "desk:payments"}
"""Open to more than the menu shows them to: who started a job, handed a case over or approves a payout finds just that."""


def test_every_entry_and_every_role_is_in_the_table() -> None:
    assert set(MAY_OPEN) == {entry[1] for _label, entries in NAVIGATION for entry in entries}
    assert {role for text in MAY_OPEN.values() for role in text.split()} <= set(PEOPLE)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_opens_what_the_table_says_and_is_shown_nothing_else(role: str) -> None:
    client = client_of(person(court(), role))
    expected = {name for name, text in MAY_OPEN.items() if text == ALL or role in text.split()}
    # Who administers one court only is led to it from the list of courts.
    answers = {name: client.get(reverse(name), follow=name == "desk:courts") for name in MAY_OPEN}
    opened = {name for name, answer in answers.items() if answer.status_code == 200}
    assert opened - OWN == expected - OWN
    assert {name for name in MAY_OPEN if name not in opened and answers[name].status_code != 403} == set()
    frame = answers["desk:worklist"].content.decode()
    menu = frame[frame.index('id="side"') : frame.index("</nav>", frame.index('id="side"'))]
    shown = {name for name in MAY_OPEN if f'href="{reverse(name)}"' in menu}
    assert shown == expected


def test_the_administrator_sees_no_case_and_another_court_finds_none() -> None:
    home = house()
    case = assigned(home, filing("2025-03-03"))
    for user in (person(home.court, "administrator"), house().director):
        client = client_of(user)
        assert client.get(f"/cases/{case.pk}/").status_code == 404
        assert case.number not in client.get("/cases/").content.decode()
        assert not Case.objects.visible_to(user).filter(pk=case.pk).exists()
    assert client_of(home.director).get(f"/cases/{case.pk}/").status_code == 200
