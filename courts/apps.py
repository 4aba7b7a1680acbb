from django.apps import AppConfig
from django.contrib.admin import apps as stock

from courts.formwords import speak


class CourtsConfig(AppConfig):
    name = "courts"
    verbose_name = "法院与人员"
    default = True

    def ready(self) -> None:
        """Forms are made when the addresses are read, after this."""
        speak()


class SystemAdministration(stock.AdminConfig):
    """The stock admin behind the door of courts/systemadmin.py."""

    default = False
    default_site = "courts.systemadmin.SystemSite"
