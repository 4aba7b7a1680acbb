"""What a party fills in: few fields, plain words."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from petitions.models import Letter
from portal.actions.accounts import Account
from portal.actions.signing import Company


class PlainForm(forms.Form):
    """A form whose refusals stand at their fields."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["required"] = _("请填写“%s”。") % field.label

    def refuse(self, error: DomainError) -> None:
        """Put a verb's refusal at its field, or above the form."""
        name = error.field if error.field in self.fields else None
        self.add_error(name, error.in_full)


class PhoneForm(PlainForm):
    phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        help_text=_("填写立案时留给法院的手机号。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class CodeForm(PlainForm):
    code = forms.CharField(
        label=_("验证码"),
        max_length=12,
        help_text=_("短信里的 6 位数字，5 分钟内有效。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class PaperForm(PlainForm):
    code = forms.CharField(
        label=_("登录码"),
        max_length=40,
        help_text=_("法院给您的 12 位登录码，不分大小写。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class CompanyForm(PlainForm):
    """For a company: its credit code, who represents it, and its registered number or the code on its paper."""

    credit_code = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=30,
        help_text=_("营业执照上的 18 位代码。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    representative = forms.CharField(
        label=_("您的姓名"), max_length=40, help_text=_("代表单位登录的人，会记录在案件中。")
    )
    code = forms.CharField(
        label=_("文书上的登录码"),
        max_length=40,
        required=False,
        help_text=_("法院文书上的 12 位登录码；没有的，填写下面的手机号。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    phone = forms.CharField(
        label=_("单位联系手机号"),
        max_length=20,
        required=False,
        help_text=_("立案时单位留给法院的手机号。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        data: dict[str, Any] = self.cleaned_data
        if not self.errors and not data.get("code") and not data.get("phone"):
            self.add_error("code", _("请填写登录码，或者单位联系手机号。"))
        return data

    @property
    def company(self) -> Company:
        """What the verbs take."""
        return Company(self.cleaned_data["credit_code"], self.cleaned_data["representative"])


class PartyForm(PlainForm):
    """About one case, for one of the parties the person reads for; the key makes two taps one act."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    party = forms.TypedChoiceField(label=_("代表"), coerce=int)

    def __init__(self, *args: Any, parties: list[tuple[int, str]], **kwargs: Any) -> None:
        kwargs["initial"] = {"act_key": uuid4().hex, "party": parties[0][0], **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = parties
        if len(parties) == 1:
            self.fields["party"].widget = forms.HiddenInput()

    @property
    def key(self) -> str:
        """The one-time key of the act."""
        return f"portal:{self.cleaned_data['act_key']}"


class SeveralFiles(forms.FileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Pictures taken with the phone, none or several; a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each by itself."""
        return [super(PhotosField, self).clean(each, initial) for each in data or ()]


class LetterForm(PartyForm):
    topic = forms.ChoiceField(label=_("事项"), choices=Letter.Topic.choices)
    words = forms.CharField(
        label=_("想说的话"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("最多 2000 字。"),
    )
    photos = PhotosField(
        label=_("照片（可以不填）"),
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/*,.heic", "multiple": True}),
        help_text=_("最多 6 张；一张不超过 20MB。"),
        error_messages={"empty": _("文件是空的，请重新选择。")},
    )


class ClueForm(PartyForm):
    words = forms.CharField(
        label=_("线索内容"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写明是什么财产、在哪里、在谁名下、您怎么知道的。"),
    )
    photos = PhotosField(
        label=_("照片（可以不填）"),
        required=False,
        widget=SeveralFiles(attrs={"accept": "image/*,.heic", "multiple": True}),
        help_text=_("最多 6 张，例如门牌、车牌、店面；一张不超过 20MB。"),
        error_messages={"empty": _("文件是空的，请重新选择。")},
    )
    specific = forms.BooleanField(
        label=_("我写明了具体的财产和地点"), required=False, help_text=_("线索明确、具体的，法院七日内核实。")
    )
    urgent = forms.BooleanField(
        label=_("情况紧急，财产可能很快被转移"), required=False, help_text=_("情况紧急的，法院三日内核实。")
    )


BANKS = (
    "中国工商银行",
    "中国农业银行",
    "中国银行",
    "中国建设银行",
    "交通银行",
    "中国邮政储蓄银行",
    "招商银行",
    "中信银行",
    "中国光大银行",
    "中国民生银行",
    "兴业银行",
    "上海浦东发展银行",
    "平安银行",
    "华夏银行",
    "广发银行",
)
OTHER_BANK = "other"


class AccountForm(PartyForm):
    """登记收款账户: bank, the number twice, the undertaking."""

    name = forms.CharField(
        label=_("户名"), max_length=120, help_text=_("必须是当事人本人（本单位）的户名，和法院登记的一致。")
    )
    bank = forms.ChoiceField(
        label=_("开户银行"),
        choices=[("", _("请选择")), *((name, name) for name in BANKS), (OTHER_BANK, _("其他银行"))],
    )
    branch = forms.CharField(
        label=_("开户网点"),
        max_length=60,
        help_text=_("例如：云州东湖支行。选了“其他银行”的，写银行全称和网点。"),
    )
    account = forms.CharField(
        label=_("账号"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("再填一次账号"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("签名的领款承诺书"),
        widget=forms.FileInput(attrs={"accept": "image/*,.heic,.pdf"}),
        help_text=_("签名后拍照上传；照片或者 PDF，不超过 20MB。"),
        error_messages={"empty": _("文件是空的，请重新选择。")},
    )
    agrees = forms.BooleanField(
        label=_("我承诺：账户是本人的，填写真实；因填错造成的后果由本人承担"),
        error_messages={"required": _("请阅读并勾选承诺。")},
    )

    def given(self) -> Account:
        """What the verb takes."""
        data = self.cleaned_data
        bank = "" if data["bank"] == OTHER_BANK else data["bank"]
        return Account(data["name"], f"{bank}{data['branch']}", data["account"], data["again"])


class ConfirmForm(PartyForm):
    """The code that confirms another account."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=12,
        help_text=_("短信里的 6 位数字，10 分钟内有效。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
