"""Verbs of the second factor: begin, confirm, ask for a code at sign-in, new recovery codes, reset by an administrator."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courts.administering import administers
from courts.factors import DIGITS, bare, new_recovery_codes, new_secret, recovery_digest, step_of
from courts.models import Authenticator, RecoveryCode, User
from events import log
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState

TRIES = 5
LOCK = dt.timedelta(minutes=15)


def begin_factor(*, user: User, at: dt.datetime) -> Authenticator:
    """A secret to show to the person; the same until it is confirmed. Raises WrongState when one is in use."""
    with transaction.atomic(durable=True):
        row, _new = Authenticator.objects.select_for_update().get_or_create(
            user=user, defaults={"secret": new_secret(), "made_at": at}
        )
        if row.confirmed_at is not None:
            raise WrongState(_("动态口令已经启用。"), fix=_("更换手机的，请管理员先重置。"))
    return row


def confirm_factor(*, user: User, code: str, at: dt.datetime, key: str) -> list[str]:
    """启用: the phone shows the right code. Returns the recovery codes, which are never shown again.

    Raises BadInput for a wrong code, WrongState when nothing was begun or it is in use. Writes user.factor_set.
    """
    refused = None
    with transaction.atomic(durable=True):
        row = _locked(user.pk)
        if row is None or row.confirmed_at is not None:
            raise WrongState(_("这一页已经失效。"), fix=_("刷新页面后重新扫码。"))
        codes: list[str] = []
        refused = _taken(row, code, at, recovery=False)
        if refused is None:
            row.confirmed_at = at
            codes = _new_codes(user)
            _tell(user, "user.factor_set", user, at, key, {})
        row.save()
    if refused is not None:
        raise refused
    return codes


def pass_factor(*, user: User, code: str, at: dt.datetime) -> bool:
    """Take a code of the phone or a recovery code, each once. Returns whether it was a recovery code.

    Raises BadInput for a wrong or used code; after five of them the second factor is locked for 15 minutes, whatever
    is typed. A wrong try is kept though the call raises. Writes user.recovery_used, user.factor_locked.
    """
    refused = None
    with transaction.atomic(durable=True):
        row = _locked(user.pk)
        if row is None or row.confirmed_at is None:
            raise WrongState(_("没有启用动态口令。"), fix=_("重新登录。"))
        refused = _taken(row, code, at, recovery=True)
        row.save()
    if refused is not None:
        raise refused
    return len(bare(code)) != DIGITS


def renew_recovery_codes(*, user: User, code: str, at: dt.datetime, key: str) -> list[str]:
    """重新生成: the old recovery codes end. A code of the phone is asked for. Raises BadInput, WrongState."""
    refused = None
    with transaction.atomic(durable=True):
        row = _locked(user.pk)
        if row is None or row.confirmed_at is None:
            raise WrongState(_("没有启用动态口令。"), fix=_("先扫码启用。"))
        codes: list[str] = []
        refused = _taken(row, code, at, recovery=False)
        if refused is None:
            codes = _new_codes(user)
            _tell(user, "user.recovery_renewed", user, at, key, {"codes": len(codes)})
        row.save()
    if refused is not None:
        raise refused
    return codes


def reset_factor(*, user_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> None:
    """重置: phone and recovery codes are forgotten, the person enrols anew. Never one's own. Writes user.factor_reset.

    Raises NotFound, NotAllowed, BadInput without a reason.
    """
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None or not administers(actor, user):
            raise NotFound(_("没有这个人员，或不归您管理。"), fix=_("从人员名单重新进入。"))
        if user.pk == actor.pk:
            raise NotAllowed(_("不能重置本人的动态口令。"), fix=_("请另一名管理员办理。"))
        if not reason.strip():
            raise BadInput(_("没有填写原因。"), field="reason", fix=_("例如手机遗失，写明怎样核实了本人。"))
        if log.find(f"user:{user.pk}", key) is not None:
            return
        RecoveryCode.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        _tell(user, "user.factor_reset", actor, at, key, {"reason": reason.strip()[:200]})


def _locked(user_id: int) -> Authenticator | None:
    return Authenticator.objects.select_for_update().filter(user_id=user_id).first()


def _taken(row: Authenticator, code: str, at: dt.datetime, *, recovery: bool) -> BadInput | None:
    """Try a code and write on the row what came of it, for the caller to save; what to say when it was refused."""
    if row.locked_until is not None and at < row.locked_until:
        return _wait(row.locked_until - at)
    given = bare(code)
    if recovery and len(given) != DIGITS:
        if _use_recovery(row, given, at):
            return None
    elif (step := step_of(row.secret, given, at)) is not None and step > row.last_step:
        row.last_step, row.failures, row.locked_until = step, 0, None
        return None
    row.failures += 1
    if row.failures < TRIES:
        return BadInput(
            _("动态口令不对，或者已经用过。"),
            field="code",
            fix=_("等手机上换了新的一组再输，并核对手机时间；还可以试 %d 次。") % (TRIES - row.failures),
        )
    row.failures, row.locked_until = 0, at + LOCK
    _tell(row.user, "user.factor_locked", None, at, f"factor-locked:{at.isoformat()}", {})
    return _wait(LOCK)


def _use_recovery(row: Authenticator, given: str, at: dt.datetime) -> bool:
    digest = recovery_digest(given, owner=row.user_id)
    if not RecoveryCode.objects.filter(user_id=row.user_id, digest=digest, used_at=None).update(used_at=at):
        return False
    row.failures, row.locked_until = 0, None
    left = RecoveryCode.objects.filter(user_id=row.user_id, used_at=None).count()
    _tell(row.user, "user.recovery_used", row.user, at, f"recovery:{at.isoformat()}", {"left": left})
    return True


def _wait(left: dt.timedelta) -> BadInput:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return BadInput(
        _("连续输错，动态口令暂时锁定。"),
        field="code",
        fix=_("请 %d 分钟后再试，或者联系本院系统管理员。") % minutes,
    )


def _new_codes(user: User) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=recovery_digest(code, owner=user.pk)) for code in codes
    )
    return codes


def _tell(
    user: User, kind: str, actor: User | None, at: dt.datetime, key: str, data: dict[str, object]
) -> None:
    log.append(
        stream=f"user:{user.pk}",
        kind=kind,
        actor=actor.actor if actor else "system:sign-in",
        at=at,
        key=key,
        data=data,
        court_id=user.court_id,
    )
