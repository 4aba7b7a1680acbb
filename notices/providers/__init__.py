"""The providers a court can choose from, and the one it chose."""

from django.conf import settings

from notices.providers.console import ConsoleProvider
from notices.providers.contract import Outcome, Outgoing, Provider, Result
from notices.providers.file import FileProvider
from notices.providers.http import Gateway, HttpProvider

__all__ = ["Outcome", "Outgoing", "Provider", "Result", "chosen_provider"]


def chosen_provider() -> Provider:
    """The provider that settings name. Raises KeyError for a name that does not exist."""
    makers = {
        "console": ConsoleProvider,
        "file": lambda: FileProvider(settings.SMS_FILE),
        "http": lambda: HttpProvider(gateway_from_settings()),
    }
    return makers[settings.SMS_PROVIDER]()


def gateway_from_settings() -> Gateway:
    """The gateway as settings/notices.py describes it."""
    return Gateway(
        url=settings.SMS_URL.rstrip("/"),
        account=settings.SMS_ACCOUNT,
        secret=settings.SMS_SECRET,
        answers_queries=settings.SMS_ANSWERS_QUERIES,
        bad_number_codes=frozenset(settings.SMS_BAD_NUMBER_CODES),
        connect_timeout=settings.SMS_CONNECT_TIMEOUT,
        read_timeout=settings.SMS_READ_TIMEOUT,
        in_flight=settings.SMS_IN_FLIGHT,
    )
