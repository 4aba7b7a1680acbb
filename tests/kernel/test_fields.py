"""Encrypted fields and blind indexes, with and without the database."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from kernel.errors import BadInput
from kernel.fields import (
    INDEX_SIZE,
    BlindIndexField,
    EncryptedTextField,
    SecretText,
    blind_index,
    blind_tail,
    decrypt,
    encrypt,
    key_id_of,
    reencrypt,
)

OLD, NEW = ("k1", b"1" * 32), ("k2", b"2" * 32)
PHONE = "13800006021"
PLACE = "courts.User.phone"


@pytest.fixture(autouse=True)
def _keys(settings: LazySettings) -> None:
    settings.FIELD_KEYS = [OLD]


@pytest.fixture
def person() -> Iterator[type[models.Model]]:
    with isolate_apps("courts"):

        class Person(models.Model):
            phone = EncryptedTextField(null=True, max_length=20)
            phone_index = BlindIndexField(null=True)

            class Meta:
                app_label = "courts"
                db_table = "kernel_test_person"

        yield Person


def test_a_value_opens_only_at_its_place() -> None:
    stored = encrypt(PHONE, context=PLACE)
    assert PHONE.encode() not in stored
    assert encrypt(PHONE, context=PLACE) != stored
    assert decrypt(stored, context=PLACE) == PHONE
    with pytest.raises(ValueError, match="another place"):
        decrypt(stored, context="courts.User.id_number")


@pytest.mark.parametrize("position", [3, 20, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    stored = bytearray(encrypt(PHONE, context=PLACE))
    stored[position] ^= 1
    with pytest.raises(ValueError, match="was changed"):
        decrypt(bytes(stored), context=PLACE)


@pytest.mark.parametrize("stored", [b"", b"\x00", b"\x02k1", b"\x02k1" + b"0" * 11])
def test_foreign_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="not a value"):
        decrypt(stored, context=PLACE)


def test_rotation_keeps_values_and_indexes(settings: LazySettings) -> None:
    stored, index = encrypt(PHONE, context=PLACE), blind_index(PHONE, purpose="phone")
    settings.FIELD_KEYS = [NEW, OLD]
    assert decrypt(stored, context=PLACE) == PHONE
    renewed = reencrypt(stored, context=PLACE)
    assert (key_id_of(stored), key_id_of(renewed)) == ("k1", "k2")
    assert reencrypt(renewed, context=PLACE) is renewed
    assert blind_index(PHONE, purpose="phone") == index
    settings.FIELD_KEYS, settings.FIELD_INDEX_KEY = [NEW], OLD[1]
    assert decrypt(renewed, context=PLACE) == PHONE
    assert blind_index(PHONE, purpose="phone") == index
    with pytest.raises(ValueError, match="'k1'"):
        decrypt(stored, context=PLACE)


@pytest.mark.parametrize("keys", [[], [("k1", b"short")], [OLD, OLD], [("", b"1" * 32)]])
def test_wrong_keys_stop_at_once(settings: LazySettings, keys: list[tuple[str, bytes]]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        encrypt(PHONE, context=PLACE)


def test_a_short_index_key_is_refused(settings: LazySettings) -> None:
    settings.FIELD_INDEX_KEY = b"short"
    with pytest.raises(ImproperlyConfigured):
        blind_index(PHONE, purpose="phone")


def test_clear_text_is_hidden_from_repr_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    plain = decrypt(encrypt(PHONE, context=PLACE), context=PLACE)
    assert plain == PHONE
    assert f"{plain!r} {[plain]} { ({'phone': plain}) }" == "'***' ['***'] {'phone': '***'}"
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%r", plain)
    assert PHONE not in caplog.text


def test_blind_indexes_ignore_spelling_and_keep_purposes_apart() -> None:
    index = blind_index(PHONE, purpose="phone")
    assert len(index) == INDEX_SIZE
    assert blind_index(" 138-0000 ６０２１", purpose="phone") == index
    assert blind_index(PHONE, purpose="account") != index
    assert blind_index("13800006022", purpose="phone") != index
    assert blind_index("11010519491231002x", purpose="id") == blind_index("11010519491231002X", purpose="id")
    with pytest.raises(BadInput):
        blind_index(" - ", purpose="phone")


def test_tails_are_found_by_what_a_person_types() -> None:
    assert blind_tail(PHONE, 4, purpose="phone") == blind_tail("6021", 4, purpose="phone")
    assert blind_tail(PHONE, 4, purpose="phone") != blind_tail(PHONE, 6, purpose="phone")
    assert blind_tail("6021", 4, purpose="phone") != blind_index("6021", purpose="phone")


def test_the_field_encrypts_on_the_way_in_and_decrypts_on_the_way_out(person: type[models.Model]) -> None:
    field = person._meta.get_field("phone")
    stored = field.get_prep_value(PHONE)
    assert field.context == "courts.Person.phone"
    assert decrypt(stored, context=field.context) == PHONE
    assert isinstance(field.from_db_value(memoryview(stored), None, connection), SecretText)
    assert field.from_db_value(stored, None, connection) == PHONE
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, connection) is None
    assert field.get_prep_value("") != b""


@pytest.mark.parametrize(
    "lookup", ["phone", "phone__exact", "phone__icontains", "phone__in", "phone__gt", "phone__lower"]
)
def test_searching_the_encrypted_field_is_refused_in_clear_words(
    person: type[models.Model], lookup: str
) -> None:
    with pytest.raises(FieldError, match=r"courts\.Person\.phone is encrypted.*blind_index"):
        person.objects.filter(**{lookup: PHONE})


def test_isnull_is_allowed(person: type[models.Model]) -> None:
    assert '"phone" IS NULL' in str(person.objects.filter(phone__isnull=True).query)


def test_the_index_field_takes_no_text(person: type[models.Model]) -> None:
    field = person._meta.get_field("phone_index")
    with pytest.raises(TypeError, match="blind_index"):
        field.get_prep_value(PHONE)
    with pytest.raises(TypeError, match="blind_index"):
        field.get_prep_value(b"short")
    assert field.db_index
    assert not field.editable


def test_a_unique_encrypted_field_fails_the_system_check() -> None:
    with isolate_apps("courts"):

        class Wrong(models.Model):
            phone = EncryptedTextField(unique=True)

            class Meta:
                app_label = "courts"

        assert [found.id for found in Wrong._meta.get_field("phone").check()] == ["kernel.E001"]


def test_migrations_can_write_the_fields(person: type[models.Model]) -> None:
    field = EncryptedTextField(max_length=20, context="courts.User.phone")
    text, _imports = MigrationWriter.serialize(field)
    assert text == "kernel.fields.EncryptedTextField(context='courts.User.phone', max_length=20)"
    assert field.clone().context == "courts.User.phone"
    text, _imports = MigrationWriter.serialize(person._meta.get_field("phone_index").clone())
    assert text == "kernel.fields.BlindIndexField(db_index=True, null=True)"
    assert not BlindIndexField(db_index=False).clone().db_index


def test_long_text_is_refused_by_validation(person: type[models.Model]) -> None:
    with pytest.raises(ValidationError):
        person(phone="1" * 21).full_clean()


def test_round_trip_through_the_database(person: type[models.Model], db: None) -> None:
    phone, index = person._meta.get_field("phone"), person._meta.get_field("phone_index")
    sent = [
        phone.get_db_prep_save(PHONE, connection),
        index.get_db_prep_save(blind_index(PHONE, purpose="phone"), connection),
        phone.get_db_prep_save(None, connection),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bytea, %s::bytea, %s::bytea, octet_length(%s::bytea)", [*sent, sent[1]])
        raw_phone, raw_index, raw_null, size = cursor.fetchone()
    found = phone.from_db_value(raw_phone, None, connection)
    assert (found, repr(found)) == (PHONE, "'***'")
    assert index.from_db_value(raw_index, None, connection) == blind_index(PHONE, purpose="phone")
    assert (phone.from_db_value(raw_null, None, connection), size) == (None, INDEX_SIZE)
    assert PHONE.encode() not in bytes(raw_phone)
