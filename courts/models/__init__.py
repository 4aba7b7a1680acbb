"""Who, where, which days, which rules."""

from courts.models.calendar import CalendarDay, CalendarStamp
from courts.models.courts import Court, CourtPack, Unit
from courts.models.factors import Authenticator, RecoveryCode
from courts.models.imports import StaffImport
from courts.models.packs import PackDraft, PackRelease
from courts.models.people import Appointment, Delegation, Membership, User

__all__ = [
    "Appointment",
    "Authenticator",
    "CalendarDay",
    "CalendarStamp",
    "Court",
    "CourtPack",
    "Delegation",
    "Membership",
    "PackDraft",
    "PackRelease",
    "RecoveryCode",
    "StaffImport",
    "Unit",
    "User",
]
