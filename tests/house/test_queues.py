"""Every task has a worker that listens to its queue, and every beat entry names a task that exists."""

from django.conf import settings

from enforcement.celery import app


def tasks() -> list[str]:
    app.loader.import_default_modules()
    return [name for name in app.tasks if not name.startswith("celery.")]


def test_every_task_goes_to_a_queue_that_the_worker_consumes() -> None:
    """A worker started without -Q consumes what the settings declare; a queue that is not declared is an error."""
    consumed = set(app.amqp.queues.consume_from)
    assert consumed >= {"acts", "papers", "notices"}
    assert {app.amqp.router.route({}, name)["queue"].name for name in tasks()} <= consumed
    assert app.conf.task_create_missing_queues is False


def test_beat_names_only_tasks_that_exist() -> None:
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(tasks())
