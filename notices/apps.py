from django.apps import AppConfig

from notices import checks

__all__ = ["NoticesConfig", "checks"]


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = "通知"
