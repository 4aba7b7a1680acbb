"""`scripts/manage rotate_keys`: encrypt every field anew under the first key of FIELD_KEYS, so that an old key can go.

Runs as the owner of the tables: some of them let nobody else change a row, and their triggers rest meanwhile.
"""

from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from psycopg import sql

from kernel.fields import EncryptedTextField, reencrypt

BATCH = 500


class Command(BaseCommand):
    help = "用 FIELD_KEYS 中的第一把密钥重新加密全部加密字段；可以中断后重来。盲索引不变。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        url = settings.DATABASE_OWNER_URL.rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
        with psycopg.connect(url) as owner:
            for model in apps.get_models():
                for field in model._meta.local_fields:
                    if isinstance(field, EncryptedTextField):
                        done = rotate(owner, model._meta.db_table, model._meta.pk.column, field)
                        self.stdout.write(f"{model._meta.label}.{field.name}：重新加密 {done} 项。")


def rotate(owner: psycopg.Connection, table: str, pk: str, field: EncryptedTextField) -> int:
    """Re-encrypt one column, a batch a transaction, in the order of the key. Returns how many rows changed."""
    names = {"table": sql.Identifier(table), "pk": sql.Identifier(pk), "column": sql.Identifier(field.column)}
    read = sql.SQL(
        "SELECT {pk}, {column} FROM {table} WHERE {pk} > %s AND {column} IS NOT NULL ORDER BY {pk} LIMIT %s"
    )
    write = sql.SQL("UPDATE {table} SET {column} = %s WHERE {pk} = %s AND {column} = %s")
    done, last = 0, 0
    while rows := owner.execute(read.format(**names), [last, BATCH]).fetchall():
        with owner.transaction():
            owner.execute(sql.SQL("ALTER TABLE {table} DISABLE TRIGGER USER").format(**names))
            for row_id, stored in rows:
                fresh = reencrypt(bytes(stored), context=field.context)
                if fresh != bytes(stored):
                    done += owner.execute(write.format(**names), [fresh, row_id, stored]).rowcount
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            owner.execute(sql.SQL("ALTER TABLE {table} ENABLE TRIGGER USER").format(**names))
        last = rows[-1][0]
    return done
