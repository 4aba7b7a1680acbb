"""Key rotation: everything encrypted anew, everything still found, the old key no longer needed."""

import io

from django.apps import apps
from django.core.management import call_command
from django.db import connection

from cases.models import ContactPoint, Party
from kernel import time
from kernel.fields import EncryptedTextField, blind_index, key_id_of
from tests.factories.cases import applicant, assigned, citizen_id, filing, house, respondent
from tests.walks.stage import payee

NEW = ("k2", b"n" * 32)


def key_ids() -> set[str]:
    """The key ids of every stored value of every encrypted field."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT {field.column} FROM {model._meta.db_table} WHERE {field.column} IS NOT NULL"
                    )
                    found |= {key_id_of(bytes(row[0])) for row in cursor.fetchall()}
    return found


def test_rotation_leaves_nothing_under_the_old_key(live_db: str, settings) -> None:
    home = house()
    with time.travel("2023-04-24 09:30"):
        case = assigned(
            home,
            filing("2023-04-24", applicant(id_number=citizen_id(), address="云州市某路1号"), respondent()),
        )
        payee(home, case)
    old = settings.FIELD_KEYS[0]
    assert key_ids() == {old[0]}
    settings.FIELD_INDEX_KEY = old[1]
    index = blind_index("13800000001", purpose="mobile")
    settings.FIELD_KEYS = [NEW, old]
    call_command("rotate_keys", stdout=io.StringIO())
    call_command("rotate_keys", stdout=io.StringIO())
    assert key_ids() == {"k2"}
    settings.FIELD_KEYS = [NEW]
    assert Party.objects.get(case=case, role="applicant").id_number == citizen_id()
    assert ContactPoint.objects.filter(index=index).exists()
