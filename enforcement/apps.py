from importlib import import_module

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    name = "enforcement"
    verbose_name = "执衡"

    def ready(self) -> None:
        """The road up is laid when every floor stands; kicks of every process go to our broker."""
        import_module("enforcement.celery")
        import_module("enforcement.wiring").wire()
