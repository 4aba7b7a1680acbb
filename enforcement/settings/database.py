"""The web connects as a role that owns nothing; migrations run as the owner (`manage.py setup_database`)."""

from urllib.parse import unquote, urlsplit

from .env import env, secret


def postgres(url: str) -> dict[str, object]:
    """Django's connection settings from postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # A new connection has to plan every statement anew, which costs its first pages as much as the pages themselves.
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 3600),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DISABLE_SERVER_SIDE_CURSORS", False),
        # Compiling a plan, or sharing it among workers, takes longer than a page's statement should run.
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 1,
            "options": "-c jit=off -c max_parallel_workers_per_gather=0",
        },
    }


DATABASE_URL = secret("DATABASE_URL", "postgresql://zhiheng_web@127.0.0.1:5432/zhiheng")
DATABASE_OWNER_URL = secret("DATABASE_OWNER_URL", DATABASE_URL)
DATABASES = {"default": postgres(DATABASE_URL)}
WEB_ROLE = unquote(urlsplit(DATABASE_URL).username or "")
