from django.apps import AppConfig

from cases import checks

__all__ = ["CasesConfig", "checks"]


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "案件"
