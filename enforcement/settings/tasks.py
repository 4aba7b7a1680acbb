"""The broker only wakes workers: every task re-reads the database, no message carries more than an id, no ETA."""

from celery.schedules import crontab
from kombu import Queue

from .env import env, secret

REDIS_URL = secret("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # A kick that finds no broker gives up at once: the officer whose act it follows is waiting, and beat makes it up.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "acts"
CELERY_TASK_QUEUES = [Queue("acts"), Queue("papers"), Queue("notices"), Queue("jobs")]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {
    "documents.*": {"queue": "papers"},
    "notices.*": {"queue": "notices"},
    "jobs.*": {"queue": "jobs"},
    "portal.*": {"queue": "notices"},
    "api.*": {"queue": "jobs"},
    "desk.*": {"queue": "jobs"},
    "funds.*": {"queue": "notices"},
}
CELERY_WORKER_CONCURRENCY = env.int("WORKERS", 2)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE = {
    "papers": {"task": "documents.render", "schedule": 30.0, "options": {"expires": 60}},
    "orphans": {"task": "documents.remove_orphans", "schedule": 86400.0},
    "relay": {"task": "events.relay", "schedule": 5.0, "options": {"expires": 10}},
    "clocks": {"task": "deadlines.sweep", "schedule": 10.0, "options": {"expires": 20}},
    "approvals": {"task": "approvals.remind", "schedule": 300.0, "options": {"expires": 600}},
    "figures": {"task": "supervision.count_figures", "schedule": 14400.0, "options": {"expires": 3600}},
    "reports": {"task": "supervision.remind_reports", "schedule": 14400.0, "options": {"expires": 3600}},
    "orders": {"task": "supervision.remind", "schedule": 300.0, "options": {"expires": 600}},
    "unclaimed": {"task": "funds.remind_unclaimed", "schedule": 300.0, "options": {"expires": 600}},
    "month-ends": {"task": "funds.count_month_ends", "schedule": 900.0, "options": {"expires": 900}},
    "overdue-tables": {"task": "supervision.publish", "schedule": 3600.0, "options": {"expires": 7200}},
    # The board's figures are a minute old at most: half of it, and the time that counting takes.
    "counts": {"task": "supervision.count", "schedule": 30.0, "options": {"expires": 30}},
    # Findings older than a quarter of an hour are looked for anew by the page itself.
    "audit": {"task": "supervision.audit", "schedule": 300.0, "options": {"expires": 300}},
    "deliver": {"task": "notices.deliver", "schedule": 10.0, "options": {"expires": 20}},
    "receipts": {"task": "notices.apply_receipts", "schedule": 10.0, "options": {"expires": 20}},
    "bank": {"task": "funds.transmit", "schedule": 10.0, "options": {"expires": 20}},
    "jobs": {"task": "jobs.sweep", "schedule": 15.0, "options": {"expires": 30}},
    "national": {"task": "cases.compare_national", "schedule": crontab(hour=6, minute=30)},
    "codes": {"task": "portal.send_codes", "schedule": 5.0, "options": {"expires": 10}},
    "accounts": {"task": "portal.change_accounts", "schedule": 300.0, "options": {"expires": 290}},
    "forget-tries": {"task": "portal.forget", "schedule": 86400.0},
    "forget-calls": {"task": "api.forget_calls", "schedule": 86400.0},
    "forget-drafts": {"task": "desk.forget_drafts", "schedule": 86400.0},
    "forget-exports": {"task": "desk.forget_exports", "schedule": 3600.0},
    "forget-days": {"task": "notices.forget_days", "schedule": 86400.0},
}
KICKS = env.bool("KICKS", True)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
