"""`manage.py setup_database`: migrate as the owner, then grant the web's role what it needs and no more."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connections

from enforcement.settings.database import postgres

APPEND_ONLY = (
    "events_event",
    "notices_attempt",
    "approvals_assent",
    "funds_balance",
    "funds_claim",
    "funds_journal",
    "funds_line",
    "funds_payeeaccount",
    "funds_subaccount",
)


class Command(BaseCommand):
    help = "以属主身份升级数据库，并授予网站角色所需的权限（不拥有任何表）。"

    def handle(self, *_args: Any, **options: Any) -> None:
        connections["default"].close()
        web = connections["default"].settings_dict
        owner = {**web, **postgres(settings.DATABASE_OWNER_URL)}
        owner["NAME"] = web["NAME"]
        connections["default"].settings_dict = owner
        try:
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            if settings.WEB_ROLE and settings.WEB_ROLE != owner["USER"]:
                self._grant(settings.WEB_ROLE)
        finally:
            connections["default"].close()
            connections["default"].settings_dict = web

    def _grant(self, role: str) -> None:
        with connections["default"].cursor() as cursor:
            name = connections["default"].ops.quote_name(role)
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}")
            for table in append_only_tables():
                cursor.execute(
                    f"REVOKE UPDATE, DELETE ON {connections['default'].ops.quote_name(table)} FROM {name}"
                )


def append_only_tables() -> tuple[str, ...]:
    """Tables whose rows the web may add and read, never change."""
    return APPEND_ONLY
