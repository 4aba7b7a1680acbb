from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "当事人服务"
