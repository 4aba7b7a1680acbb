"""Shapes of what comes in and of what goes out; the schema is drawn from them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cases.filings import AgentInput, PartyInput
from cases.models import ClaimItem, Party
from cases.states import CaseState, ClosingType, NodeState, Track
from deadlines.models import Deadline
from funds.states import ReceiptState
from measures.actions.finding import QUERIED
from measures.models import Property

CASE_KINDS = ("执", "执恢", "执保", "执异")
LOCATIONS = ("in_court_area", "in_city", "outside_city")
MOST_ROWS = 200


class Plain(serializers.Serializer):
    """A name that the shape does not know is refused: a misspelt one would be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        cleaned = super().to_internal_value(data)
        unknown = sorted(set(map(str, data)) - set(self.fields))
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, [_("没有这个字段。")]))
        return cleaned


class Amount(serializers.DecimalField):
    """Yuan as a string with two places, "80000.00"; a JSON number is refused, for it may have been a float."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=18, decimal_places=2, min_value=kwargs.pop("min_value", Decimal(0)), **kwargs
        )

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str):
            raise serializers.ValidationError(_('金额用字符串表示，例如 "80000.00"。'))
        value: Decimal = super().to_internal_value(data)
        return value


class Words(serializers.CharField):
    """Text without control characters, which neither a page nor the database takes."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
            raise serializers.ValidationError(_("含有不可见的控制字符。"))
        return text


class AgentShape(Plain):
    """Somebody who acts for a party."""

    name = Words(max_length=60)
    phone = Words(max_length=20, required=False, allow_blank=True)
    is_lawyer = serializers.BooleanField(required=False)
    firm = Words(max_length=80, required=False, allow_blank=True)


class PartyShape(Plain):
    """A party as filed."""

    role = serializers.ChoiceField(choices=Party.Role.choices)
    kind = serializers.ChoiceField(choices=Party.Kind.choices)
    name = Words(max_length=120)
    id_number = Words(max_length=40, required=False, allow_blank=True)
    id_kind = serializers.ChoiceField(choices=["citizen_id", "credit_code", "other"], required=False)
    id_reason = Words(max_length=120, required=False, allow_blank=True, help_text=_("证件号码存疑的保留理由"))
    phones = serializers.ListField(child=Words(max_length=20), required=False, max_length=5)
    email = Words(max_length=80, required=False, allow_blank=True)
    address = Words(max_length=200, required=False, allow_blank=True)
    location = serializers.ChoiceField(choices=LOCATIONS, required=False)
    agents = AgentShape(many=True, required=False, max_length=5)


class ClaimShape(Plain):
    """One item of what is claimed."""

    kind = serializers.ChoiceField(choices=ClaimItem.Kind.choices)
    amount = Amount()
    words = Words(max_length=200, required=False, allow_blank=True)


class FilingShape(Plain):
    """立案."""

    court = Words(max_length=20, help_text=_("法院代码，例如 鄂9901"))
    number = Words(max_length=40, required=False, allow_blank=True, help_text=_("空缺时由系统编号"))
    kind = serializers.ChoiceField(choices=CASE_KINDS, default="执")
    cause = Words(max_length=60)
    basis = Words(max_length=120)
    claim_kind = serializers.ChoiceField(choices=["money", "delivery", "act"], default="money")
    claim_amount = Amount()
    costs_amount = Amount(required=False)
    claims = ClaimShape(many=True, required=False, max_length=20)
    filed_on = serializers.DateField()
    received_on = serializers.DateField(required=False)
    application_on = serializers.DateField(required=False)
    channel = serializers.ChoiceField(choices=["on_site", "online"], default="online")
    parties = PartyShape(many=True, allow_empty=False, max_length=MOST_ROWS)
    duplicate_reason = Words(max_length=200, required=False, allow_blank=True)


class FoundShape(Plain):
    """One property item of a feedback. party: the id of a respondent of the case."""

    party = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(choices=Property.Kind.choices)
    label = Words(max_length=120)
    value = Amount()
    reference = Words(max_length=60, required=False, allow_blank=True)
    holder = Words(max_length=80, required=False, allow_blank=True)
    indivisible = serializers.BooleanField(required=False)


class FeedbackShape(Plain):
    """网络查控反馈."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text=_("所见节点的版本"))
    on = serializers.DateField()
    national = serializers.BooleanField(default=True, help_text=_("总对总查询"))
    queried = serializers.MultipleChoiceField(choices=sorted(QUERIED), allow_empty=False)
    items = FoundShape(many=True, max_length=MOST_ROWS)


class CompletionShape(Plain):
    """办结节点. values: field -> value, as the node's form asks (see the node's `form` in the time line)."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text=_("所见节点的版本"))
    on = serializers.DateField(required=False)
    values = serializers.DictField(
        child=serializers.JSONField(), allow_empty=True, help_text=_("节点表单的字段和值")
    )

    def validate_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Words, numbers, yes and no; nothing nested."""
        for name, value in values.items():
            if not isinstance(value, str | int | bool) or (isinstance(value, str) and "\0" in value):
                raise serializers.ValidationError(_("“%s”的值须是文字、整数或者真假。") % name)
        return values


class ReceiptShape(Plain):
    """到账登记. serial: the bank's own number of the entry, by which it is entered once."""

    court = Words(max_length=20)
    amount = Amount(min_value=Decimal("0.01"))
    arrived_on = serializers.DateField()
    serial = Words(max_length=60)
    payer_name = Words(max_length=120, required=False, allow_blank=True)
    account_tail = serializers.RegexField(
        r"^\d{0,4}\Z", required=False, allow_blank=True, help_text=_("付款账号末四位")
    )
    remark = Words(max_length=200, required=False, allow_blank=True)


def party_of(given: dict[str, Any]) -> PartyInput:
    """As the verb takes it."""
    return PartyInput(**{**given, "agents": [AgentInput(**agent) for agent in given.get("agents", ())]})


# What goes out.


class ActDone(serializers.Serializer):
    """An act that was carried out, now or by an earlier call of the same key."""

    case = serializers.IntegerField()
    event = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class CaseFiled(ActDone):
    """The case as numbered, and what is doubtful about it."""

    number = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())


class ReceiptOut(serializers.Serializer):
    """Money that arrived. case: null until it is claimed."""

    id = serializers.IntegerField()
    case = serializers.IntegerField(allow_null=True)
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    arrived_on = serializers.DateField()
    serial = serializers.CharField(source="bank_serial", allow_blank=True)
    state = serializers.ChoiceField(choices=ReceiptState.choices)


class PartyOut(serializers.Serializer):
    """A party; ID numbers are masked."""

    id = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Party.Role.choices)
    kind = serializers.ChoiceField(choices=Party.Kind.choices)
    name = serializers.CharField()
    id_masked = serializers.CharField(allow_blank=True)


class CaseLine(serializers.Serializer):
    """A case in a list."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    court = serializers.CharField(source="court.code")
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    stage = serializers.CharField(allow_blank=True)
    track = serializers.ChoiceField(choices=Track.choices, allow_blank=True)
    filed_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    closing_type = serializers.ChoiceField(choices=ClosingType.choices, allow_blank=True)
    claim_amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    handler = serializers.CharField(source="owner.full_name", default="")
    version = serializers.IntegerField()


class CaseOut(CaseLine):
    """A case with its parties."""

    cause = serializers.CharField()
    basis = serializers.CharField()
    parties = PartyOut(many=True)


class CasePage(serializers.Serializer):
    """A page of cases, newest filing first. next: the cursor behind it, "" at the end."""

    cases = CaseLine(many=True)
    next = serializers.CharField(allow_blank=True)


class ClockOut(serializers.Serializer):
    """A clock of a node: the rule it follows, and its last day."""

    rule = serializers.CharField(source="rule_id")
    pack = serializers.CharField(source="pack_code")
    state = serializers.ChoiceField(choices=Deadline.State.choices)
    due_on = serializers.DateField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.BooleanField()
    met_on = serializers.DateField(allow_null=True)


class FieldOut(serializers.Serializer):
    """A field of a node's form."""

    key = serializers.CharField()
    label = serializers.CharField(source="zh")
    type = serializers.CharField()
    required = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.CharField())


class NodeOut(serializers.Serializer):
    """A node of the time line. form: what it asks, of an open node that can be completed here."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=NodeState.choices)
    opened_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    clocks = ClockOut(many=True)
    form = FieldOut(many=True)


class TimelineOut(serializers.Serializer):
    """Every node of a case, done and open, oldest first."""

    case = serializers.IntegerField()
    version = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    nodes = NodeOut(many=True)


class ReceiptsOut(serializers.Serializer):
    """What arrived for a case."""

    case = serializers.IntegerField()
    receipts = ReceiptOut(many=True)


class Trouble(serializers.Serializer):
    """Where and what."""

    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class Problem(serializers.Serializer):
    """RFC 9457. code: the rule or guard that refused; fix: what to do."""

    type = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    fix = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    errors = Trouble(many=True, required=False)
