"""Forms of nodes that have a verb of their own."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from courts.models import Unit, User
from desk.forms.act_form import ActForm
from desk.forms.fields import DayField, FilesField, MoneyField, long_text, with_blank
from desk.selectors.choices import handlers_of
from kernel.time import local
from regimes.vocabulary import load_vocabulary


class AssignmentForm(ActForm):
    """分案: to whom, in which team."""

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("承办人"),
        empty_label=_("请选择…"),
        help_text=_("按在办件数从少到多排列"),
    )
    team = forms.ModelChoiceField(
        Unit.objects.none(), label=_("团队"), empty_label=_("不指定"), required=False
    )
    on = DayField(label=_("分案日期"))

    def prepare(self) -> None:
        """The handlers of the court, who has least first."""
        offer_people(self)
        self.initial.setdefault("on", self.about.file.today)


class PayeeForm(ActForm):
    """领款登记 (JZ 三(一)2): account and signed undertaking."""

    name = forms.CharField(label=_("户名"), max_length=120, help_text=_("与开户资料一致"))
    bank = forms.CharField(
        label=_("开户行"), max_length=80, help_text=_("写到支行，例如 中国工商银行云州江津支行")
    )
    account = forms.CharField(
        label=_("账号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    account_doubt = forms.CharField(
        label=_("账号校验不通过时的保留理由"),
        max_length=200,
        required=False,
        help_text=_("核对无误、确需保留时填写"),
    )
    signed_on = DayField(label=_("承诺书签署日期"), required=False)
    undertaking = FilesField(
        label=_("领款承诺书"), required=False, help_text=_("PDF 或照片，没有承诺书的账户不能付款")
    )

    verb_fields: ClassVar = {"undertaking_file_id": "undertaking", "file": "undertaking"}

    def prepare(self) -> None:
        """Usually the applicant is paid."""
        applicants = [party.name for party in self.about.file.parties if party.role == "applicant"]
        if len(applicants) == 1:
            self.initial.setdefault("name", applicants[0])


class PriceForm(ActForm):
    """参考价确定."""

    on = DayField(label=_("确定日期"))
    price = MoneyField(label=_("参考价（元）"))
    method = forms.ChoiceField(label=_("确定方式"))
    report = forms.CharField(label=_("报告或议价记录编号"), max_length=80, required=False)

    def prepare(self) -> None:
        """The methods of the vocabulary; the one the procedure was started with first."""
        self.fields["method"].choices = with_blank(load_vocabulary().facts["price_method"].values.items())
        if self.about.node is not None:
            facts = self.about.file.view.facts(self.about.node.subject_id)
            self.initial.setdefault("method", facts.get("price_method", ""))
        self.initial.setdefault("on", self.about.file.today)


class AnnouncementForm(ActForm):
    """拍卖公告 (网络司法拍卖规定 第10、12、17条)."""

    announced_on = DayField(label=_("公告日期"))
    opens_on = DayField(label=_("开拍日期"))
    platform = forms.CharField(label=_("拍卖平台"), max_length=60)
    starting_price = MoneyField(label=_("起拍价（元）"))
    deposit = MoneyField(label=_("保证金（元）"), help_text=_("起拍价的百分之五至百分之二十"))
    ruling = forms.CharField(label=_("拍卖裁定文号"), max_length=80, required=False)

    verb_fields: ClassVar = {"on": "announced_on"}

    def prepare(self) -> None:
        """Announced today unless said otherwise; the reference price is shown below the price."""
        self.initial.setdefault("announced_on", self.about.file.today)


class ResultForm(ActForm):
    """成交或流拍."""

    on = DayField(label=_("竞价结束日期"))
    sold = forms.ChoiceField(
        label=_("结果"), choices=[("yes", _("成交")), ("no", _("流拍"))], widget=forms.RadioSelect
    )
    price = MoneyField(label=_("成交价（元）"), required=False, help_text=_("成交的必须填写"))
    paid_on = DayField(
        label=_("价款交齐日期"), required=False, help_text=_("尚未交齐的留空，交齐后在财产页登记")
    )

    def prepare(self) -> None:
        """The result is recorded on its day."""
        self.initial.setdefault("on", self.about.file.today)

    def clean(self) -> dict:
        """A sale has a price."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("sold") == "yes" and "price" not in self.errors and not cleaned.get("price"):
            self.add_error("price", _("请填写成交价，按成交确认书填写。"))
        return cleaned


class InterviewForm(ActForm):
    """终本约谈: what the record must say."""

    on = DayField(label=_("约谈日期"))
    time = forms.CharField(label=_("约谈时间"), max_length=40)
    place = forms.CharField(label=_("约谈地点"), max_length=80)
    interviewee = forms.CharField(label=_("被约谈人"), max_length=60)
    findings = long_text(label=_("财产情况"), help_text=_("告知的财产调查经过和结果"), rows=3)
    clues = long_text(label=_("财产线索"), help_text=_("被约谈人能否提供线索；不能提供的写明"))
    opinion = long_text(label=_("申请执行人意见"))
    signed = forms.BooleanField(label=_("被约谈人已在笔录上签名"), required=False)
    agrees = forms.BooleanField(label=_("申请执行人同意终结本次执行程序"), required=False)

    def prepare(self) -> None:
        """Now, in this court, with the applicant."""
        file = self.about.file
        applicants = [party.name for party in file.parties if party.role == "applicant"]
        self.initial.setdefault("on", file.today)
        self.initial.setdefault("time", f"{local(file.at):%H:%M}")
        self.initial.setdefault("place", file.case.court.name)
        self.initial.setdefault("interviewee", applicants[0] if applicants else "")


class ArchiveForm(ActForm):
    """归档."""

    on = DayField(label=_("归档日期"))
    volumes = forms.CharField(
        label=_("卷宗册数和编号"), max_length=120, help_text=_("例如 正卷一册、副卷一册")
    )

    def prepare(self) -> None:
        """Archived today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


def offer_people(form: ActForm, *, without: int | None = None) -> None:
    """Fill the fields owner and team with the handlers and teams of the case's court."""
    case = form.about.file.case
    loads = handlers_of(case.court_id, form.about.file.today)
    people = [user for user, _count in loads if user.pk != without]
    owner = form.fields["owner"]
    owner.queryset = User.objects.filter(pk__in=[user.pk for user in people])
    owner.choices = [("", _("请选择…"))] + [
        (user.pk, f"{user.full_name}（{user.get_post_display()}，在办 {count} 件）")
        for user, count in loads
        if user.pk != without
    ]
    form.fields["team"].queryset = Unit.objects.filter(court_id=case.court_id, kind=Unit.Kind.TEAM).order_by(
        "name"
    )
