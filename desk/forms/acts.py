"""Forms of acts on the whole case: holding, extending, closing, handing over, undoing, deciding."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.states import ClosingType
from courts.models import Unit, User
from desk.forms.act_form import ActForm
from desk.forms.fields import DayField, FilesField, MoneyField, long_text, with_blank
from desk.forms.nodes import offer_people
from desk.selectors.choices import moments, other_versions, running_clocks
from desk.selectors.holds import (
    grounds,
    hold_kinds,
    hold_subjects,
    hold_words,
    matters,
    open_holds,
    outcomes,
    subjects_of,
)
from regimes.vocabulary import load_vocabulary


class DatedForm(ActForm):
    """An act with a day, today unless said otherwise."""

    on = DayField(label=_("日期"))

    def prepare(self) -> None:
        """Today."""
        self.initial.setdefault("on", self.about.file.today)


class RequestForm(DatedForm):
    """报请终本."""

    on = DayField(label=_("报请日期"))


class SuspendForm(DatedForm):
    """中止执行 (民事诉讼法 第263条)."""

    on = DayField(label=_("中止日期"), help_text=_("从这一天起各项期限停止计算"))
    ground = forms.CharField(label=_("法定事由和裁定文号"), max_length=200)
    spans: ClassVar = {"ground": "two"}


class ResumeForm(DatedForm):
    """恢复执行."""

    on = DayField(label=_("恢复日期"), help_text=_("从这一天起各项期限继续计算"))


class ExtendForm(ActForm):
    """延长期限: one running clock, more days, why, and what proves it."""

    clock = forms.ChoiceField(label=_("延长哪一项期限"))
    days = forms.IntegerField(label=_("延长天数"), min_value=1, max_value=366)
    code = forms.ChoiceField(
        label=_("法定事由"), required=False, help_text=_("延长办案期限的必须选择，并附证明材料")
    )
    ground = long_text(label=_("事实和依据"), rows=3)
    files = FilesField(label=_("证明材料"), required=False)
    spans: ClassVar = {"clock": "two", "code": "two"}
    verb_fields: ClassVar = {"rule": "clock"}

    def prepare(self) -> None:
        """Only clocks that still count; the grounds of the case's packs."""
        self.fields["clock"].choices = with_blank(running_clocks(self.about.file))
        self.fields["code"].choices = with_blank(grounds(self.about.file, "extend_case_limit"))


class DeductionForm(ActForm):
    """扣除期限: days that do not count for the chosen clocks."""

    kind = forms.ChoiceField(label=_("法定事由"))
    first = DayField(label=_("起"))
    last = DayField(label=_("止"))
    rules = forms.MultipleChoiceField(
        label=_("适用于哪些期限"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "c-column"}),
        help_text=_("勾选的期限才扣除这段期间"),
    )
    ground = long_text(label=_("事实和依据"), rows=3)
    files = FilesField(label=_("证明材料"), required=False, help_text=_("按事由附材料，没有材料的不能提请"))
    spans: ClassVar = {"kind": "two", "rules": "wide"}
    verb_fields: ClassVar = {"code": "kind"}

    def prepare(self) -> None:
        """The grounds of the case's packs, each as its kind of uncounted days; each rule once."""
        file = self.about.file
        self.fields["kind"].choices = with_blank(grounds(file, "deduct_period", by_interval=True))
        rules: dict[str, str] = {}
        for value, words in running_clocks(file):
            rules.setdefault(value.partition(":")[0], words)
        self.fields["rules"].choices = list(rules.items())

    def clean(self) -> dict[str, Any]:
        """First not after last."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("截止日早于起始日，请核对。"))
        return cleaned


class HoldForm(DatedForm):
    """登记停止事由: what stands in the way, of what, on which paper."""

    rule = forms.ChoiceField(label=_("停止事由"))
    subject = forms.ChoiceField(label=_("针对"), help_text=_("只停止所选对象的节点和期限"))
    document = forms.CharField(label=_("文书名称和文号"), max_length=120)
    on = DayField(label=_("开始日期"), help_text=_("从这一天起停止计算"))
    expected = DayField(label=_("预计结束日期"), required=False, help_text=_("文书写明期限的填写"))
    ground = forms.CharField(label=_("事实"), max_length=200)
    files = FilesField(label=_("材料"), required=False)
    field_order: ClassVar = ["rule", "subject", "document", "on", "expected", "ground", "files"]
    spans: ClassVar = {"rule": "two", "document": "two", "ground": "wide"}

    def prepare(self) -> None:
        """The kinds of the case's packs that a person may register; every subject they may be about."""
        super().prepare()
        file = self.about.file
        self.fields["rule"].choices = with_blank(hold_kinds(file))
        self.fields["subject"].choices = with_blank(hold_subjects(file))


class ReleaseForm(DatedForm):
    """解除停止: which of those that stand, with what result."""

    hold = forms.ChoiceField(label=_("解除哪一项"))
    outcome = forms.ChoiceField(label=_("结果"))
    on = DayField(label=_("恢复日期"), help_text=_("从这一天起继续计算"))
    field_order: ClassVar = ["hold", "outcome", "on"]
    spans: ClassVar = {"hold": "two"}

    def prepare(self) -> None:
        """The open holds, and the results that any of them may have."""
        super().prepare()
        file = self.about.file
        standing = open_holds(file)
        self.fields["hold"].choices = with_blank([(str(row.pk), hold_words(file, row)) for row in standing])
        self.fields["outcome"].choices = with_blank(outcomes(file, standing))
        if len(standing) == 1:
            self.initial.setdefault("hold", str(standing[0].pk))


class DeferForm(ActForm):
    """延期发放: one receipt, the ground, what proves it."""

    subject = forms.ChoiceField(label=_("延期发放哪一笔"))
    code = forms.ChoiceField(label=_("法定事由"))
    ground = long_text(label=_("事实和依据"), rows=3)
    files = FilesField(label=_("证明材料"), required=False)
    spans: ClassVar = {"code": "two"}

    def prepare(self) -> None:
        """The receipts of the case; the grounds of its packs."""
        file = self.about.file
        self.fields["subject"].choices = with_blank(subjects_of(file, ("receipt",)))
        self.fields["code"].choices = with_blank(grounds(file, "defer_payout"))


class MatterForm(ActForm):
    """提请审批: a matter that the packs put before approvers, about one subject."""

    matter = forms.ChoiceField(label=_("审批事项"))
    subject = forms.ChoiceField(label=_("针对"))
    measure_kind = forms.ChoiceField(label=_("措施种类"), required=False, help_text=_("强制措施须选择"))
    fine_amount = MoneyField(
        label=_("罚款金额"), required=False, help_text=_("罚款的填写，审批层级按金额确定")
    )
    detention_days = forms.IntegerField(
        label=_("拘留天数"),
        required=False,
        min_value=1,
        max_value=366,
        help_text=_("拘留的填写，审批层级按天数确定"),
    )
    ground = long_text(label=_("事实和依据"), rows=3)
    files = FilesField(label=_("证明材料"), required=False)
    verb_fields: ClassVar = {"values": ""}

    def prepare(self) -> None:
        """The matters of the case's packs that an approval alone decides."""
        file = self.about.file
        self.fields["matter"].choices = with_blank(matters(file))
        self.fields["subject"].choices = with_blank(subjects_of(file, ("case", "respondent", "property")))
        self.fields["measure_kind"].choices = with_blank(
            list(load_vocabulary().facts["measure_kind"].values.items())
        )


class CorrectForm(ActForm):
    """更正起算日期."""

    moment = forms.ChoiceField(label=_("更正哪一项起算事实"))
    on = DayField(label=_("正确的日期"))
    reason = long_text(label=_("更正理由"), help_text=_("写明依据的材料"))
    spans: ClassVar = {"moment": "two"}
    verb_fields: ClassVar = {"event": "moment"}

    def prepare(self) -> None:
        """Facts that were recorded and start a clock."""
        self.fields["moment"].choices = with_blank(moments(self.about.file))


class RepinForm(ActForm):
    """换用另一版规则."""

    release = forms.ChoiceField(label=_("换用哪一版"))
    ground = long_text(label=_("事实和依据"), rows=3)
    spans: ClassVar = {"release": "two"}
    verb_fields: ClassVar = {"version": "release", "code": "release"}

    def prepare(self) -> None:
        """Released versions of the packs that the case follows, but those that it has."""
        self.fields["release"].choices = with_blank(other_versions(self.about.file.case))


class HandOverForm(ActForm):
    """移交案件."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("新承办人"), empty_label=_("请选择…"))
    team = forms.ModelChoiceField(
        Unit.objects.none(), label=_("团队"), empty_label=_("不指定"), required=False
    )
    recusal = forms.BooleanField(
        label=_("原承办人回避"), required=False, help_text=_("回避的人以后不能再承办本案")
    )
    reason = long_text(label=_("移交理由"))

    def prepare(self) -> None:
        """Everybody but the present handler."""
        offer_people(self, without=self.about.file.case.owner_id)


class CloseForm(DatedForm):
    """结案 (执行工作规定 第64条)."""

    field_order = ("closing_type", "on")
    closing_type = forms.ChoiceField(label=_("结案方式"), choices=with_blank(ClosingType.choices))
    on = DayField(label=_("结案日期"))
    ground = long_text(
        label=_("依据和说明"), required=False, help_text=_("裁定文号、和解协议、履行凭证等"), rows=3
    )


class ReviewForm(DatedForm):
    """终本卷宗把关."""

    field_order = ("result", "on")
    result = forms.ChoiceField(
        label=_("审核结果"), choices=[("yes", _("通过")), ("no", _("退回补正"))], widget=forms.RadioSelect
    )
    on = DayField(label=_("审核日期"))
    defects = long_text(label=_("需要补正的问题"), required=False, help_text=_("退回的必须逐项写明"), rows=3)


class UploadForm(ActForm):
    """上传材料."""

    files = FilesField(
        label=_("文件"),
        help_text=_("PDF、图片、Word、Excel、视频，可一次选择多个"),
        error_messages={"required": _("请选择要上传的文件。")},
    )
    verb_fields: ClassVar = {"file": "files"}


class ClueForm(ActForm):
    """收到财产线索 (财产调查规定 第2条)."""

    words = long_text(label=_("线索内容"), rows=3, help_text=_("财产是什么、在哪里、由谁占有"))
    on = DayField(label=_("收到日期"))
    specific = forms.BooleanField(
        label=_("线索明确具体"), required=False, help_text=_("明确具体的，七日内核实")
    )
    urgent = forms.BooleanField(label=_("情况紧急"), required=False, help_text=_("情况紧急的，三日内核实"))

    def prepare(self) -> None:
        """Received today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class UndoForm(ActForm):
    """撤销一次办理, by approval."""

    ground = long_text(label=_("撤销理由"), rows=3, error_messages={"required": _("请写明为什么撤销。")})
