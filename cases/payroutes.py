"""Which way a receipt's money goes, and who must assent: asked of the pinned packs, frozen in each payout."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from cases.models import Case
from cases.snapshot import Locked
from courts.scope import roles
from events.models import Event
from funds.actions.tracing import oldest_arrival
from funds.models import Receipt
from funds.routes import Route
from funds.selectors import lying
from kernel.errors import BadInput, NotFound
from kernel.money import format_yuan
from regimes import flow
from regimes.amounts import period_text
from regimes.rules import Approval

MATTER = "payout"
CONTROL_KINDS = ("control.taken", "fund.deducted")
DISPOSAL_NODES = ("reference_price_start", "reference_price_set", "auction_announcement", "auction_result")


def route_of(locked: Locked, subject: int) -> Route:
    """The way the rules name for this receipt: which payout rules hold, whether finance stands between."""
    facts = flow.View(locked.state()).facts(subject)
    rules = [
        rule
        for rule in locked.book.deadlines
        if rule.node == "payout"
        and rule.kind == "due"
        and rule.per == "receipt"
        and rule.when.evaluate(facts) is True
    ]
    via_finance = any(rule.met_by and "submitted_to_finance" in rule.met_by.events for rule in rules)
    pack = locked.book.pack_of(rules[0].id) if rules else None
    return Route(
        code="large" if via_finance else "small",
        via_finance=via_finance,
        needs_undertaking=any(g.on == "pay_out" for gs in locked.book.guards.values() for g in gs),
        steps=tuple((rule.duty, period_text(rule.period)) for rule in rules),
        rules=tuple(rule.id for rule in rules),
        pack=f"{pack.code}/{pack.version}@{pack.digest[:12]}" if pack else "",
    )


def level_of(locked: Locked, subject: int, amount: Decimal) -> Approval | None:
    """Who must assent to a payout of this amount from this receipt, by the packs; None where none sets levels.

    Raises BadInput where the packs speak of payouts and no level fits the amount.
    """
    facts = {**flow.View(locked.state()).facts(subject), "fund_amount": amount}
    rule = locked.book.approval(MATTER, facts)
    if rule is None and locked.book.speaks_of(MATTER):
        raise BadInput(
            _("规则没有写明 %s 的发放由谁审批。") % format_yuan(amount),
            field="amount",
            fix=_("核对金额，或者请管理员补充审批层级。"),
        )
    return rule


def role_words(role: str) -> str:
    """The Chinese name of a role."""
    words: str = roles().get(role, {}).get("zh", role)
    return words


def receipt_subject(locked: Locked, receipt_id: int) -> int:
    """The subject of a receipt in this case; the oldest, when it was taken back and found again. Raises NotFound."""
    for subject, facts in sorted(locked.facts.items()):
        if facts.get("receipt_id") == receipt_id:
            return subject
    raise NotFound(_("这笔款还没有认领到本案。"), fix=_("先认领，或刷新页面。"))


def old_money_gone(locked: Locked, receipt_id: int, on: dt.date) -> list[tuple[str, int]]:
    """历史案款清零 (JZ 三(二)7): what happened to the case when the last receipt of over three years was settled; else nothing."""
    old = Receipt.objects.filter(about=locked.case.about, arrived_on__lte=oldest_arrival(on))
    if not old.filter(pk=receipt_id).exists() or lying(old):
        return []
    return [("historical_balance_zero", locked.root)]


def who_did_both(case: Case) -> set[str]:
    """Actors who controlled property of the case and also disposed of it (JZ-71)."""
    acts = Event.objects.filter(stream=case.about, kind__in=(*CONTROL_KINDS, "node.completed")).values_list(
        "kind", "actor", "data__kind"
    )
    controlled = {actor for kind, actor, _node in acts if kind in CONTROL_KINDS}
    disposed = {actor for kind, actor, node in acts if node in DISPOSAL_NODES or kind == "fund.deducted"}
    return controlled & disposed


def case_of(about: str) -> int:
    """The id in "case:12". Raises BadInput for anything else."""
    kind, _sep, number = about.partition(":")
    if kind != "case" or not number.isdigit():
        raise BadInput(_("“%s”不是案件。") % about, field="about", fix=_("核对认领的案件。"))
    return int(number)
