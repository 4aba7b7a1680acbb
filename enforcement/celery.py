"""The Celery application; tasks stand in each app's tasks.py and are thin."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")
app = Celery("zhiheng")
# Also for the threads of a web process: what is current is current in one thread only.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
