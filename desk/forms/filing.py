"""立案: the case, its parties in rows, the items claimed in rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.filings import CASE_KINDS, ID_KINDS, AgentInput, FilingInput, PartyInput
from cases.models import ClaimItem, Party
from desk.forms.act_form import KeyedForm, dress, line_of
from desk.forms.fields import DayField, MoneyField, with_blank
from desk.forms.rows import Rows, rows_of
from kernel.identity import check_document, check_phone

KINDS = [
    ("执", _("首次执行（执）")),
    ("执恢", _("恢复执行（执恢）")),
    ("执保", _("财产保全（执保）")),
    ("执异", _("执行异议（执异）")),
]
LOCATIONS = [
    ("in_court_area", _("本院辖区")),
    ("in_city", _("本市其他区县")),
    ("outside_city", _("本市以外")),
]
ID_NAMES = [
    ("", _("按当事人类型")),
    ("citizen_id", _("居民身份证")),
    ("credit_code", _("统一社会信用代码")),
    ("other", _("护照、港澳台证件等")),
]


class PartyRow(forms.Form):
    """One party, with one agent at most; more agents are entered in the case."""

    role = forms.ChoiceField(
        label=_("诉讼地位"),
        choices=with_blank(Party.Role.choices),
        error_messages={"required": _("请选择诉讼地位")},
    )
    kind = forms.ChoiceField(label=_("类型"), choices=Party.Kind.choices, initial="natural_person")
    name = forms.CharField(
        label=_("姓名或名称"), max_length=120, error_messages={"required": _("请填写姓名或名称")}
    )
    id_kind = forms.ChoiceField(label=_("证件种类"), choices=ID_NAMES, required=False)
    id_number = forms.CharField(label=_("证件号码"), max_length=40, required=False)
    id_reason = forms.CharField(
        label=_("证件号码存疑的保留理由"),
        max_length=120,
        required=False,
        help_text=_("核对无误、证件确系如此的填写"),
    )
    phone = forms.CharField(label=_("手机号码"), max_length=40, required=False, help_text=_("多个用逗号分开"))
    email = forms.CharField(label=_("电子邮箱"), max_length=80, required=False)
    location = forms.ChoiceField(
        label=_("所在地"),
        choices=[("", _("不填")), *LOCATIONS],
        required=False,
        help_text=_("决定现场调查的期限"),
    )
    address = forms.CharField(label=_("住址"), max_length=200, required=False)
    agent = forms.CharField(label=_("代理人"), max_length=60, required=False)
    agent_phone = forms.CharField(label=_("代理人手机"), max_length=20, required=False)
    agent_firm = forms.CharField(label=_("律师事务所"), max_length=80, required=False)

    wide: ClassVar = {"address": "two"}

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Numbers are checked here, so that the words stand in the row; a doubtful one may be kept with a reason."""
        cleaned = super().clean() or self.cleaned_data
        self._check_id(cleaned)
        for phone in self.phones:
            self._check_phone("phone", phone)
        if cleaned.get("agent_phone"):
            self._check_phone("agent_phone", cleaned["agent_phone"])
            if not cleaned.get("agent"):
                self.add_error("agent", _("填写了代理人手机，请填写代理人姓名。"))
        return cleaned

    @property
    def phones(self) -> list[str]:
        """The numbers of one field."""
        written = self.cleaned_data.get("phone", "").replace("，", ",").replace("、", ",")
        return [part.strip() for part in written.split(",") if part.strip()]

    @property
    def shows_reason(self) -> bool:
        """Whether the number is in doubt, so that a reason may be given."""
        return self.is_bound and bool(
            self.data.get(self.add_prefix("id_reason")) or "id_number" in self.errors
        )

    def lines(self) -> list[dict[str, Any]]:
        """The fields for _fields.html, the reason only where a number is in doubt."""
        names = [field for field in self.visible_fields() if field.name != "id_reason" or self.shows_reason]
        return [line_of(field, self.wide) for field in names if not field.name.startswith("agent")]

    def agent_lines(self) -> list[dict[str, Any]]:
        """The fields of the agent."""
        return [line_of(field) for field in self.visible_fields() if field.name.startswith("agent")]

    @property
    def has_agent(self) -> bool:
        """Whether something stands in the agent's fields."""
        return any(line["field"].value() or line["field"].errors for line in self.agent_lines())

    def party(self) -> PartyInput:
        """As the verb takes it."""
        given = self.cleaned_data
        agents = []
        if given["agent"]:
            firm = given["agent_firm"]
            agents.append(AgentInput(given["agent"], given["agent_phone"], is_lawyer=bool(firm), firm=firm))
        names = ("role", "kind", "name", "id_number", "id_kind", "id_reason", "email", "address", "location")
        return PartyInput(phones=self.phones, agents=agents, **{name: given[name] for name in names})

    def _check_id(self, cleaned: dict[str, Any]) -> None:
        number = cleaned.get("id_number")
        if not number or cleaned.get("id_reason"):
            return
        kind = cleaned.get("id_kind") or ID_KINDS.get(cleaned.get("kind", ""), "other")
        found = check_document(number, kind=kind, today=self.today)
        if not found.ok:
            self.add_error(
                "id_number",
                _("%(why)s。核对证件；确系如此的，填写保留理由后可以继续。")
                % {"why": str(found.message).rstrip("。")},
            )

    def _check_phone(self, name: str, phone: str) -> None:
        found = check_phone(phone)
        if not found.ok:
            self.add_error(name, found.message)


class ClaimRow(forms.Form):
    """One item of the claim; left empty, all of it is principal."""

    kind = forms.ChoiceField(label=_("项目"), choices=with_blank(ClaimItem.Kind.choices))
    amount = MoneyField(label=_("金额（元）"))
    words = forms.CharField(label=_("说明"), max_length=200, required=False)

    def lines(self) -> list[dict[str, Any]]:
        """The fields for _fields.html."""
        return [line_of(field) for field in self.visible_fields()]


PartyRows = rows_of(PartyRow, extra=0)
ClaimRows = rows_of(ClaimRow, extra=0)


class FilingForm(KeyedForm):
    """What is filed, parties and items apart."""

    kind = forms.ChoiceField(label=_("案件类型"), choices=KINDS, initial="执")
    number = forms.CharField(
        label=_("案号"), max_length=40, required=False, help_text=_("留空自动编号；可以粘贴任何写法")
    )
    channel = forms.ChoiceField(
        label=_("立案方式"), choices=[("on_site", _("现场立案")), ("online", _("网上立案"))]
    )
    filed_on = DayField(label=_("立案日期"))
    received_on = DayField(label=_("收案日期"), required=False, help_text=_("不填同立案日期"))
    application_on = DayField(label=_("收到申请执行书日期"), required=False)
    cause = forms.CharField(label=_("案由"), max_length=60, help_text=_("例如 民间借贷纠纷"))
    basis = forms.CharField(label=_("执行依据"), max_length=120, help_text=_("文号和名称"))
    claim_kind = forms.ChoiceField(
        label=_("执行内容"),
        choices=[("money", _("给付金钱")), ("delivery", _("交付财产")), ("act", _("履行行为"))],
    )
    claim_amount = MoneyField(label=_("执行标的（元）"), help_text=_("没有金额的填 0"))
    costs_amount = MoneyField(label=_("执行费用（元）"), required=False)
    imported = forms.BooleanField(
        label=_("补录旧案"), required=False, help_text=_("不向当事人发送通知，已过的提醒不再补发")
    )
    duplicate_reason = forms.CharField(
        label=_("重复立案的理由"),
        max_length=200,
        required=False,
        help_text=_("同一依据、同一当事人已有案件而确需再立的，由立案部门负责人填写"),
    )

    spans: ClassVar = {"basis": "two"}
    verb_fields: ClassVar = {"parties": "", "claims": "", "phone": "", "id_number": "", "court": ""}

    def prepare(self) -> None:
        """Filed today; one applicant and one respondent to begin with."""
        self.initial.setdefault("filed_on", self.today)
        self.parties = self._rows(
            PartyRows, "party", [{"role": "applicant"}, {"role": "respondent"}], today=self.today
        )
        self.claims = self._rows(ClaimRows, "claim", [{}])
        for row in self.claims.forms:
            dress(row, self.today)
        self.fields["kind"].choices = [pair for pair in KINDS if pair[0] in CASE_KINDS]

    def _rows(self, rows: type[Rows], prefix: str, first: list[dict[str, Any]], **options: Any) -> Rows:
        if self.is_bound:
            return rows(self.data, prefix=prefix, form_kwargs=options)
        return rows(prefix=prefix, initial=self.initial.pop(prefix, None) or first, form_kwargs=options)

    def clean(self) -> dict[str, Any]:
        """Rows that are wrong stop the whole."""
        cleaned = super().clean() or self.cleaned_data
        for rows, words in (
            (self.parties, _("第 %(row)d 名当事人填写有误。")),
            (self.claims, _("第 %(row)d 项请求填写有误。")),
        ):
            for index, row in enumerate(rows.forms, start=1):
                if row.has_changed() and not row.is_valid():
                    self.add_error(None, words % {"row": index})
        return cleaned

    @property
    def has_claims(self) -> bool:
        """Whether something stands in the items of the claim."""
        return any(line["field"].value() for row in self.claims.forms for line in row.lines())

    def filing(self) -> FilingInput:
        """As the verb takes it."""
        given = self.cleaned_data
        names = (
            "kind", "number", "channel", "filed_on", "received_on", "application_on", "cause", "basis", "claim_kind",
            "claim_amount", "imported", "duplicate_reason",
        )  # fmt: skip
        return FilingInput(
            parties=[row.party() for row in self.parties.forms if row.has_changed()],
            costs_amount=given["costs_amount"] or Decimal("0.00"),
            claims=[(row["kind"], row["amount"], row["words"]) for row in self.claims.filled()],
            **{name: given[name] for name in names},
        )
