"""A claim is heard of within a minute: the real road up, the real outbox and the beat's own pace, on a running clock."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.conf import settings

from cases.actions.claiming import claim_for_case
from events import relay
from funds.actions.claiming import Part
from kernel import time
from notices.delivery import deliver
from notices.models import Message
from notices.providers.file import FileProvider
from tests.factories.cases import applicant, assigned, filing, house, key, respondent
from tests.factories.statements import arrived, bank_account
from tests.walks.stage import on

MINUTE = dt.timedelta(seconds=60)


@pytest.mark.req("JM-27")
def test_creditor_and_officer_hear_within_a_minute(live_db: str, tmp_path: Path) -> None:
    with on("2023-09-01 09:30"):
        home = house()
        account = bank_account(home.court, home.finance)
        case = assigned(home, filing("2023-09-01", applicant(), respondent("云州甲公司")))
    beat = settings.CELERY_BEAT_SCHEDULE
    pace = dt.timedelta(seconds=beat["relay"]["schedule"] + beat["deliver"]["schedule"])
    sms = tmp_path / "sms.jsonl"
    with time.travel("2023-09-26 10:00", frozen=False):
        line = arrived(account, home.finance, "500.00", payer="云州甲公司")
        relay.run()
        began = time.now()
        given = {"actor": home.finance, "at": began, "key": key()}
        claim_for_case(case_id=case.pk, parts=[Part(line.pk)], **given)
        while relay.run():
            pass
        deliver(provider=FileProvider(sms))
        told = Message.objects.filter(about=case.about, topic="payment_arrived")
        creditor, officer = told.get(audience="applicant"), told.get(audience="staff")
    texts = [json.loads(line)["text"] for line in sms.read_text(encoding="utf-8").splitlines()]
    assert any(f"{case.number}案有案款到账" in text for text in texts)
    assert "¥500.00" in officer.text
    assert officer.to_user_id == home.handler.pk
    for message in (creditor, officer):
        assert message.sent_at is not None
        # What the work itself took, and the longest that the beat may let each of the two hands wait.
        assert began < message.sent_at
        assert message.sent_at - began + pace < MINUTE
