"""Personal data at rest: one encrypted field type, and blind indexes to find what it holds.

A stored value is: length of the key id (1 byte), key id, nonce (12), AES-256-GCM ciphertext and tag (16). The
associated data is the place, "app.Model.field", so that a value moved to another column does not open.

settings.FIELD_KEYS: list of (key id, 32 bytes); the first encrypts, all decrypt. To rotate, put a new key in
front and reencrypt() what key_id_of() shows under another one; then the old key may go.
settings.FIELD_INDEX_KEY: 32 bytes behind the blind indexes; without it the LAST (oldest) of FIELD_KEYS
serves. It must not change, or every index has to be rebuilt: set it to the oldest key before dropping that.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from .errors import BadInput
from .text import normalise_width

INDEX_SIZE = 16
"""Bytes of a blind index."""

_NONCE_SIZE = 12
_KEY_SIZE = 32

# Django's field classes take type parameters in the stubs only.
if TYPE_CHECKING:
    _TextBase = models.Field[str | None, str]
    _BytesBase = models.BinaryField[bytes | None, bytes]
else:
    _TextBase = models.Field
    _BytesBase = models.BinaryField


class SecretText(str):
    """Clear text of an encrypted field; repr() hides it from tracebacks, debug pages and logs of %r."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class EncryptedTextField(_TextBase):
    """Text that is stored only encrypted; in Python it is a str (SecretText when read from the database).

    It can be tested with `__isnull` alone. To find a row, keep a BlindIndexField beside it.
    context: the associated data, "app.Model.field" unless given; pin it before renaming app, model or field.
    """

    description = _("加密文本")
    empty_strings_allowed = True

    def __init__(self, *args: Any, context: str = "", **options: Any) -> None:
        self._context = context
        self._is_indexed = bool(options.get("db_index"))
        super().__init__(*args, **options)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    @property
    def context(self) -> str:
        """The place a value belongs to; a copy elsewhere does not open."""
        return self._context or f"{self.model._meta.label}.{self.name}"

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        if self._context:
            options["context"] = self._context
        return name, path, args, options

    def get_internal_type(self) -> str:
        return "BinaryField"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or self._is_indexed:
            message = "equal texts are stored as different bytes: an index or a unique constraint is useless"
            found.append(
                checks.Error(message, hint="put it on a BlindIndexField", obj=self, id="kernel.E001")
            )
        return found

    def to_python(self, value: Any) -> SecretText | None:
        return value if value is None or isinstance(value, SecretText) else SecretText(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        """The bytes to store; text is encrypted anew each time."""
        plain = super().get_prep_value(value)
        return None if plain is None else encrypt(str(plain), context=self.context)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        stored = super().get_db_prep_value(value, connection, prepared)
        return stored if stored is None else connection.Database.Binary(stored)

    def from_db_value(
        self, value: Any, expression: Any, connection: BaseDatabaseWrapper
    ) -> SecretText | None:
        return None if value is None else decrypt(bytes(value), context=self.context)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else self._refuse(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        self._refuse(lookup_name)

    def _refuse(self, lookup_name: str) -> NoReturn:
        raise FieldError(
            f"{self.context} is encrypted and cannot be searched with '{lookup_name}' (only isnull): "
            "filter its blind index, BlindIndexField = blind_index(value, purpose=...)"
        )


class BlindIndexField(_BytesBase):
    """blind_index() or blind_tail() of an encrypted field: 16 bytes, indexed unless db_index=False."""

    description = _("盲索引")

    def __init__(self, *args: Any, **options: Any) -> None:
        self._is_indexed = bool(options.setdefault("db_index", True))
        options["max_length"] = INDEX_SIZE
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["max_length"]
        options["db_index"] = self._is_indexed
        return name, path, args, options

    def get_prep_value(self, value: Any) -> bytes | None:
        stored = super().get_prep_value(value)
        if stored is None:
            return None
        if isinstance(stored, str) or len(stored) != INDEX_SIZE:
            raise TypeError(f"{self.name} takes the {INDEX_SIZE} bytes of blind_index(), not the text itself")
        return bytes(stored)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> bytes | None:
        return None if value is None else bytes(value)


def blind_index(value: str, *, purpose: str) -> bytes:
    """16 bytes, equal for equal values of one purpose (phone, id_number, account), that say nothing else.

    Width, spaces, hyphens and case do not matter. Raises BadInput when nothing is left to look for.
    """
    plain = _folded(value)
    if not plain:
        raise BadInput(_("没有可以检索的内容"), field=purpose, fix=_("请填写号码"))
    return hmac.digest(_index_key(purpose), plain.encode(), hashlib.sha256)[:INDEX_SIZE]


def blind_tail(value: str, n: int, *, purpose: str) -> bytes:
    """The blind index of the last `n` characters, for searching by 尾号. A tail never equals a full index."""
    return blind_index(_folded(value)[-n:], purpose=f"{purpose}/tail{n}")


def encrypt(plain: str, *, context: str) -> bytes:
    """What is stored of `plain` at the place `context`, under the first of FIELD_KEYS."""
    key_id, key = _keys()[0]
    nonce = os.urandom(_NONCE_SIZE)
    name = key_id.encode()
    return bytes([len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, plain.encode(), context.encode())


def decrypt(stored: bytes, *, context: str) -> SecretText:
    """The clear text. Raises ValueError, without data, for an unknown key, another place or changed bytes."""
    key_id, sealed = _opened(stored)
    key = dict(_keys()).get(key_id)
    if key is None:
        raise ValueError(f"a value of {context} is encrypted with the key '{key_id}', which FIELD_KEYS lacks")
    try:
        plain = AESGCM(key).decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], context.encode())
    except InvalidTag:
        raise ValueError(f"a value of {context} was changed, or belongs to another place") from None
    return SecretText(plain.decode())


def key_id_of(stored: bytes) -> str:
    """The id of the key that `stored` is encrypted with."""
    return _opened(stored)[0]


def reencrypt(stored: bytes, *, context: str) -> bytes:
    """`stored` under the active key; unchanged when it already is. For the rotation of keys."""
    if key_id_of(stored) == _keys()[0][0]:
        return stored
    return encrypt(decrypt(stored, context=context), context=context)


def _opened(stored: bytes) -> tuple[str, bytes]:
    size = stored[0] if stored else 0
    if not size or len(stored) <= size + _NONCE_SIZE:
        raise ValueError("not a value of an encrypted field")
    return stored[1 : size + 1].decode(errors="replace"), stored[size + 1 :]


def _keys() -> list[tuple[str, bytes]]:
    keys = [(str(key_id), key) for key_id, key in getattr(settings, "FIELD_KEYS", [])]
    if not keys or any(len(key) != _KEY_SIZE or not 0 < len(name.encode()) < 256 for name, key in keys):
        raise ImproperlyConfigured("FIELD_KEYS needs at least one key id with a key of 32 bytes")
    if len(dict(keys)) != len(keys):
        raise ImproperlyConfigured("FIELD_KEYS has one key id twice")
    return keys


def _index_key(purpose: str) -> bytes:
    root = getattr(settings, "FIELD_INDEX_KEY", None) or _keys()[-1][1]
    if len(root) != _KEY_SIZE:
        raise ImproperlyConfigured("FIELD_INDEX_KEY needs 32 bytes")
    return _derived(root, purpose)


@lru_cache(maxsize=64)
def _derived(root: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, so that no index key equals an encryption key."""
    return HKDF(
        algorithm=SHA256(), length=_KEY_SIZE, salt=None, info=f"blind-index/{purpose}".encode()
    ).derive(root)


def _folded(value: str) -> str:
    return re.sub(r"[\s-]", "", normalise_width(value)).upper()
