"""Sample forms of the /components/ page: every kind of field, with and without errors, and the check page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_REASONS = [
    ("", gettext_lazy("请选择…")),
    ("waiting", gettext_lazy("等待当事人补交收款账户")),
    ("dispute", gettext_lazy("案外人提出异议，正在审查")),
]
_CHANNELS = [
    ("electronic", gettext_lazy("电子送达")),
    ("post", gettext_lazy("邮寄")),
    ("person", gettext_lazy("直接送达")),
]


class CompleteForm(forms.Form):
    """Completing the node 首笔案款发放."""

    done_on = forms.CharField(
        label=gettext_lazy("完成日期"), help_text=gettext_lazy("不晚于今天；补录会记入日志")
    )
    amount = forms.CharField(
        label=gettext_lazy("发放金额（元）"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-capitals": "amount-capitals"}),
    )
    payee = forms.ChoiceField(
        label=gettext_lazy("收款账户"),
        choices=[("1", gettext_lazy("张某某 · 尾号 6021 · 已核验"))],
        help_text=gettext_lazy("当事人 10月22日 在线登记"),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("超期原因"),
        choices=_REASONS,
        error_messages={
            "required": gettext_lazy("请选择超期原因。超期办结须经执行局长审批，并计入节点考核。")
        },
    )
    remark = forms.CharField(
        label=gettext_lazy("说明"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class FieldsForm(forms.Form):
    """One field of each kind."""

    number = forms.CharField(
        label=gettext_lazy("案号"),
        help_text=gettext_lazy("可直接粘贴，半角括号会自动改为全角"),
        error_messages={"required": gettext_lazy("请填写案号，例如（2026）楚0102执1847号")},
    )
    court = forms.CharField(label=gettext_lazy("受托法院"), required=False, disabled=True)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("送达方式"),
        choices=_CHANNELS,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("可多选，以最先送达的为准"),
        error_messages={"required": gettext_lazy("请至少选择一种送达方式")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("查封顺位"),
        choices=[("first", gettext_lazy("首封")), ("waiting", gettext_lazy("轮候"))],
        widget=forms.RadioSelect,
    )
    papers = forms.FileField(
        label=gettext_lazy("附件"), required=False, help_text=gettext_lazy("PDF 或 JPG，每个不超过 20 MB")
    )
    told = forms.BooleanField(label=gettext_lazy("已电话告知申请执行人"), required=False)


def form_samples() -> dict[str, Any]:
    """Bound forms with errors, the check page and the conflict."""
    complete = CompleteForm(
        {
            "node-done_on": _("2026年11月20日"),
            "node-amount": "412,000.00",
            "node-payee": "1",
            "node-reason": "",
        },
        prefix="node",
    )
    fields = FieldsForm(
        {"number": "", "kind": "first", "told": "on"},
        initial={"court": _("楚江市云泽区人民法院（执行指挥中心事务组）")},
    )
    complete.is_valid()
    fields.is_valid()
    return {"complete_form": complete, "fields_form": fields, "confirm": _confirm(), "changes": _changes()}


def _confirm() -> dict[str, Any]:
    return {
        "title": _("核对后发放案款"),
        "lead": _("提交后由复核人审批，审批通过即向银行发出，不能撤回。"),
        "rows": [
            {"label": _("案号"), "value": _("（2026）楚0102执1847号")},
            {
                "label": _("金额"),
                "value": "¥412,000.00",
                "note": _("大写：肆拾壹万贰仟元整"),
                "change_url": "#forms",
            },
            {
                "label": _("收款账户"),
                "value": _("张某某，楚江农村商业银行 尾号 6021"),
                "note": _("10月22日 本人在线登记，已核验"),
                "change_url": "#forms",
            },
            {"label": _("复核人"), "value": _("执行局 陈静"), "change_url": "#forms"},
        ],
        "warning": _("这笔款到账已超过 10 个工作日，办结后会记为超期办结。"),
        "typed_word": _("发放"),
        "typed_error": _("与要求的文字不一致，请输入“发放”两个字"),
    }


def _changes() -> list[dict[str, str]]:
    return [
        {
            "who": _("王敏"),
            "at": _("16:52"),
            "what": _("到期日"),
            "before": _("11月17日"),
            "after": _("11月24日（延期，已审批）"),
        },
        {
            "who": _("王敏"),
            "at": _("16:54"),
            "what": _("经办人"),
            "before": _("李建国"),
            "after": _("赵晓燕"),
        },
    ]
