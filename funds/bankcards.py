"""Light checks of a bank account as it is typed: shape, card check digit, name of the bank."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from kernel.errors import BadInput
from kernel.text import normalise_width

_BANK = re.compile(r"行|信用|财务公司")
_CARD = re.compile(r"62[0-9]{14,17}")


def clean_account(text: str, *, doubt: str = "") -> str:
    """The account number as digits only, 6 to 32 of them. A card number (62..., 16 to 19 digits) must pass
    the Luhn check.

    doubt: the reason to keep a card number that does not pass. Raises BadInput(field="account"), keepable
    for a card.
    """
    account = re.sub(r"[\s-]", "", normalise_width(text))
    if not re.fullmatch(r"[0-9]{6,32}", account):
        raise BadInput(_("账号应为6至32位数字。"), field="account", fix=_("核对账号，不要填写户名或开户行。"))
    if _CARD.fullmatch(account) and not passes_luhn(account) and not doubt.strip():
        raise BadInput(
            _("银行卡号校验不通过，可能有一位抄错。"),
            field="account",
            fix=_("核对卡号；卡号确实如此的，填写保留理由后可以继续。"),
            detail={"keepable": True},
        )
    return account


def clean_bank(text: str) -> str:
    """The bank's name, spaces trimmed. Raises BadInput(field="bank") when it cannot be a bank."""
    bank = " ".join(normalise_width(text).split())
    if len(bank) < 2 or re.search(r"[0-9]{6}", bank) or not _BANK.search(bank):
        raise BadInput(
            _("开户行名称不完整。"), field="bank", fix=_("填写开户行全称，例如 中国工商银行云州江津支行。")
        )
    return bank


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of a card number (ISO/IEC 7812)."""
    doubled = "0246813579"
    odd = sum(int(digit) for digit in digits[-1::-2])
    return (odd + sum(int(doubled[int(digit)]) for digit in digits[-2::-2])) % 10 == 0
