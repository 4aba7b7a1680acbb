"""Acts on the whole case: the form of each, what it would change, and the verb it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.actions.asking import ask_approval
from cases.actions.assigning import hand_over_cases, recuse
from cases.actions.clues import receive_clue
from cases.actions.converting import assign_converted, propose_conversion, record_trigger
from cases.actions.holding import correct_start, resume_case, suspend_case
from cases.actions.holds import release_hold, set_hold
from cases.actions.repinning import ask_repin
from cases.actions.transferring import may_offer, offer_transfer
from cases.actions.triage import prepare_triage
from closing.actions.closing import archive_case, close_case, request_termination, review_termination
from closing.policy import may_review
from desk.forms import acts as forms
from desk.forms.act_form import About, ActForm
from desk.forms.case_transfers import OfferForm
from desk.forms.correcting import CorrectFilingForm
from desk.forms.money import ReceiptForm
from desk.forms.nodes import ArchiveForm, PayeeForm
from desk.forms.property import ControlForm, FindingForm, FoundRows
from desk.forms.rows import Rows
from desk.forms.triage import ConvertedForm, PrepareForm, ProposeForm, TriageForm, TriggerForm
from desk.selectors import menu
from desk.selectors.case_file import CaseFile
from desk.views import checks, works
from desk.views.checks import Check, split, subject_of
from desk.views.doing import Doing
from funds.actions.receipts import receive_for_case
from kernel.errors import BadInput
from measures.actions.finding import add_property


@dataclass(frozen=True, slots=True)
class Deed:
    """One act. allowed: whether its address opens for this person. check: None when nothing is shown before.

    concerns: what of the case the act is about, above its form. rows, row_set: prefix and kind of its repeated rows.
    """

    title: Any
    form: type[ActForm]
    run: Callable[[Doing], Any]
    allowed: Callable[[CaseFile], bool]
    said: Any
    submit: Any = _lazy("提交")
    lead: Any = ""
    fields: str = "desk/_fields.html"
    check: Callable[[About, dict[str, Any]], Check] | None = None
    rows: str = ""
    row_set: type[Rows] = FoundRows
    concerns: str = ""


def suspend(doing: Doing) -> Any:
    """中止执行."""
    given = doing.cleaned
    return suspend_case(case_id=_case(doing), ground=given["ground"], on=given["on"], **doing.by)


def resume(doing: Doing) -> Any:
    """恢复执行."""
    return resume_case(case_id=_case(doing), on=doing.cleaned["on"], **doing.by)


def extend(doing: Doing) -> Any:
    """申请延长."""
    rule, subject = split(doing.cleaned["clock"])
    facts = {"rule": rule, "subject": subject, "days": doing.cleaned["days"], "code": doing.cleaned["code"]}
    return _ask(doing, "extension", facts)


def deduct(doing: Doing) -> Any:
    """申请扣除."""
    given = doing.cleaned
    return _ask(doing, "deduction", {name: given[name] for name in ("kind", "first", "last", "rules")})


def hold(doing: Doing) -> Any:
    """登记停止事由."""
    given = doing.cleaned
    names = ("document", "ground", "on", "expected")
    return set_hold(
        case_id=_case(doing),
        rule_id=given["rule"],
        subject_id=subject_of(doing.about, given["subject"]),
        files=doing.files["files"],
        **{name: given[name] for name in names},
        **doing.by,
    )


def release(doing: Doing) -> Any:
    """解除停止."""
    given = doing.cleaned
    return release_hold(
        case_id=_case(doing), hold_id=int(given["hold"]), on=given["on"], outcome=given["outcome"], **doing.by
    )


def defer(doing: Doing) -> Any:
    """申请延期发放."""
    given = doing.cleaned
    return _ask(doing, "defer_payout", {"subject": int(given["subject"]), "code": given["code"]})


def ask_matter(doing: Doing) -> Any:
    """提请审批: a matter of the packs."""
    given = doing.cleaned
    values = {name: given[name] for name in ("measure_kind", "fine_amount", "detention_days") if given[name]}
    facts: dict[str, Any] = {"subject": int(given["subject"])}
    if values:
        facts["values"] = values
    return _ask(doing, given["matter"], facts)


def correct(doing: Doing) -> Any:
    """更正起算日期."""
    event, subject = split(doing.cleaned["moment"])
    given = doing.cleaned
    return correct_start(
        case_id=_case(doing),
        event=event,
        subject_id=subject,
        on=given["on"],
        reason=given["reason"],
        **doing.by,
    )


def hand_over(doing: Doing) -> Any:
    """移交, or 回避."""
    given = doing.cleaned
    to = {"owner": given["owner"], "team": given["team"], "reason": given["reason"]}
    if given["recusal"]:
        return recuse(case_id=_case(doing), **to, **doing.by)
    return hand_over_cases(case_ids=[_case(doing)], **to, **doing.by)[0]


def transfer(doing: Doing) -> Any:
    """移送其他法院."""
    names = ("to_court", "ground", "paper", "reason")
    return offer_transfer(case_id=_case(doing), **{name: doing.cleaned[name] for name in names}, **doing.by)


def terminate(doing: Doing) -> Any:
    """报请终本."""
    return request_termination(case_id=_case(doing), on=doing.cleaned["on"], **doing.by)


def review(doing: Doing) -> Any:
    """审核终本."""
    given, waiting = doing.cleaned, doing.about.file.review
    if waiting is None:
        raise BadInput(_("没有待审核的终本报请。"), fix=_("刷新页面。"))
    return review_termination(
        review_id=waiting.pk,
        passed=given["result"] == "yes",
        defects=given["defects"],
        on=given["on"],
        **doing.by,
    )


def close(doing: Doing) -> Any:
    """结案."""
    given = doing.cleaned
    return close_case(
        case_id=_case(doing),
        closing_type=given["closing_type"],
        on=given["on"],
        ground=given["ground"],
        **doing.by,
    )


def archive(doing: Doing) -> Any:
    """归档."""
    return archive_case(
        case_id=_case(doing), on=doing.cleaned["on"], volumes=doing.cleaned["volumes"], **doing.by
    )


def find(doing: Doing) -> Any:
    """登记财产."""
    given = doing.cleaned
    item = works.found(doing.form.found.filled()[0])
    return add_property(case_id=_case(doing), item=item, source=given["source"], on=given["on"], **doing.by)


def receive(doing: Doing) -> Any:
    """登记到账 of an entry that is this case's money."""
    given, case = doing.cleaned, doing.about.file.case
    names = ("amount", "arrived_on", "bank_serial", "payer_name", "account_tail", "remark")
    return receive_for_case(
        about=case.about, court=case.court, **{name: given[name] for name in names}, **doing.by
    )


def upload(doing: Doing) -> Any:
    """上传材料: the files were kept when the form was checked."""
    return doing.files["files"]


def clue(doing: Doing) -> Any:
    """登记财产线索."""
    given = doing.cleaned
    names = ("words", "specific", "urgent", "on")
    return receive_clue(case_id=_case(doing), **{name: given[name] for name in names}, **doing.by)


def cancel(doing: Doing) -> Any:
    """申请撤销立案."""
    return _ask(doing, "cancel_case", {})


def prepare(doing: Doing) -> Any:
    """登记分流情况."""
    return prepare_triage(case_id=_case(doing), facts=doing.form.facts, **doing.by)


def trigger(doing: Doing) -> Any:
    """登记转换情形."""
    given = doing.cleaned
    names = ("event", "words", "on")
    return record_trigger(case_id=_case(doing), **{name: given[name] for name in names}, **doing.by)


def propose(doing: Doing) -> Any:
    """提出转换."""
    return propose_conversion(case_id=_case(doing), ground=doing.cleaned["ground"], **doing.by)


def give(doing: Doing) -> Any:
    """转换后分派."""
    names = ("owner", "team", "files")
    return assign_converted(case_id=_case(doing), **{name: doing.cleaned[name] for name in names}, **doing.by)


def ask_version(doing: Doing) -> Any:
    """换用另一版规则, by approval."""
    code, version = split(doing.cleaned["release"])
    return ask_repin(
        case_id=_case(doing), code=code, version=version, ground=doing.cleaned["ground"], **doing.by
    )


def _ask(doing: Doing, matter: str, facts: dict[str, Any]) -> Any:
    return ask_approval(
        case_id=_case(doing),
        matter=matter,
        facts=facts,
        ground=doing.cleaned["ground"],
        files=doing.files.get("files", ()),
        **doing.by,
    )


def _case(doing: Doing) -> int:
    return doing.about.file.case.pk


def _is_reviewer(file: CaseFile) -> bool:
    return may_review(file.state, file.user)


def _payee(file: CaseFile) -> bool:
    return any(file.user.scope.may(area, "W") for area in ("file", "fund_request"))


DEEDS: dict[str, Deed] = {
    "suspend": Deed(
        _lazy("中止执行"), forms.SuspendForm, suspend, menu.may_hold, _lazy("已中止执行，各项期限停止计算。"),
        _lazy("确认中止"), _lazy("提交前先看各项期限的变化。"), check=checks.check_suspend,
    ),
    "resume": Deed(
        _lazy("恢复执行"), forms.ResumeForm, resume, menu.may_hold, _lazy("已恢复执行，各项期限已重算。"),
        _lazy("确认恢复"), _lazy("提交前先看各项期限的变化。"), check=checks.check_resume,
    ),
    "extend": Deed(
        _lazy("申请延长期限"), forms.ExtendForm, extend, menu.may_ask, _lazy("已提请审批，批准后期限自动重算。"),
        _lazy("提请审批"), _lazy("写明延长的理由；提交前先看新的到期日。"), check=checks.check_extend,
    ),
    "deduct": Deed(
        _lazy("申请扣除期限"), forms.DeductionForm, deduct, menu.may_ask, _lazy("已提请审批，批准后期限自动重算。"),
        _lazy("提请审批"), _lazy("写明扣除的期间和理由；提交前先看新的到期日。"), check=checks.check_deduct,
    ),
    "hold": Deed(
        _lazy("登记停止事由"), forms.HoldForm, hold, menu.may_hold, _lazy("已登记，所涉节点和期限停止。"),
        _lazy("确认登记"), _lazy("异议、暂缓、和解、破产等只停止所涉的节点；提交前先看各项期限的变化。"), check=checks.check_hold,
    ),
    "release": Deed(
        _lazy("解除停止事由"), forms.ReleaseForm, release, menu.may_hold, _lazy("已解除，期限已重算。"),
        _lazy("确认解除"), _lazy("提交前先看各项期限的变化；另有停止事由的，期限继续停止。"), check=checks.check_release,
    ),
    "defer": Deed(
        _lazy("申请延期发放"), forms.DeferForm, defer, menu.may_ask, _lazy("已提请审批，批准后发放期限停止。"),
        _lazy("提请审批"), _lazy("有法定事由不能按期发放的，批准以前期限照走。"),
    ),
    "ask": Deed(
        _lazy("提请审批"), forms.MatterForm, ask_matter, menu.may_ask, _lazy("已提请审批。"), _lazy("提请审批"),
        _lazy("审批层级由本院规则规定。"),
    ),
    "repin": Deed(
        _lazy("申请换用另一版规则"), forms.RepinForm, ask_version, menu.may_ask, _lazy("已提请审批，批准后期限自动重算。"),
        _lazy("提请审批"), _lazy("案件立案后固定适用当时的规则；换用另一版须经批准，提交前先看各项期限的变化。"),
        check=checks.check_version,
    ),
    "correct": Deed(
        _lazy("更正起算日期"), forms.CorrectForm, correct, menu.may_correct, _lazy("已更正，相关期限已重算。"),
        _lazy("确认更正"), _lazy("起算日期登记有误时使用，原记录保留在操作日志。"), check=checks.check_correct,
    ),
    "correct-filing": Deed(
        _lazy("更正立案信息"), CorrectFilingForm, works.correct_filed, menu.may_correct_filing,
        _lazy("已更正，相关期限已重算。"), _lazy("确认更正"), _lazy("只改有误的项目；原来的内容保留在操作日志。"),
        fields="desk/_correcting_fields.html", check=checks.check_filing,
    ),
    "hand-over": Deed(
        _lazy("移交案件"), forms.HandOverForm, hand_over, menu.may_hand_over, _lazy("已移交，待办节点和期限随案移交。"),
        _lazy("确认移交"), _lazy("节点、期限、案款、文书一并交给新承办人。"),
    ),
    "transfer": Deed(
        _lazy("移送其他法院"), OfferForm, transfer, lambda file: may_offer(file.user, file.case.court_id),
        _lazy("已移送，等对方法院接收；接收前仍由本院办理。"), _lazy("提出移送"),
        _lazy("对方接收后，案件连同全部记录、期限、文书归对方办理，本院保留只读记录。"),
    ),
    "termination": Deed(
        _lazy("报请终本"), forms.RequestForm, terminate, lambda file: file.is_own, _lazy("已报请终本，等待指定局领导审核。"),
        _lazy("报请审核"), fields="desk/_termination_fields.html",
    ),
    "review": Deed(
        _lazy("审核终本报请"), forms.ReviewForm, review, _is_reviewer, _lazy("审核意见已记录。"), _lazy("提交审核意见"),
        fields="desk/_termination_fields.html",
    ),
    "close": Deed(
        _lazy("办理结案"), forms.CloseForm, close, lambda file: file.is_own, _lazy("已结案。"), _lazy("确认结案"),
        check=checks.check_close,
    ),
    "archive": Deed(_lazy("归档"), ArchiveForm, archive, menu.may_archive, _lazy("已归档。"), _lazy("确认归档")),
    "property": Deed(
        _lazy("登记财产"), FindingForm, find, menu.may_find, _lazy("已登记财产。"), _lazy("登记"),
        fields="desk/_feedback_fields.html", rows="found",
    ),
    "control": Deed(
        _lazy("采取控制措施"), ControlForm, works.control, menu.may_control, _lazy("已采取控制措施。"), _lazy("提交"),
        fields="desk/_control_fields.html",
    ),
    "receipt": Deed(
        _lazy("登记到账"), ReceiptForm, receive, menu.may_receive, _lazy("已登记到账并认领到本案，发放期限开始计算。"),
        _lazy("确认到账"), _lazy("流水明确属于本案的案款在这里登记，同时认领到本案。"), check=checks.check_receive,
    ),
    "payee": Deed(
        _lazy("登记领款账户"), PayeeForm, works.register, _payee, _lazy("已登记领款账户。"), _lazy("登记"),
        _lazy("案款只发到债权人本人名下的账户。变更账户的，领款人当即收到短信，过了冷却期才能付款。"),
    ),
    "clue": Deed(
        _lazy("登记财产线索"), forms.ClueForm, clue, menu.may_find, _lazy("已登记线索，核实期限开始计算。"), _lazy("登记"),
    ),
    "triage": Deed(
        _lazy("繁简分流"), TriageForm, works.triage, menu.may_classify, _lazy("已分流，期限按类别计算。"),
        _lazy("确定分流"), fields="desk/_triage_fields.html",
    ),
    "triage-facts": Deed(
        _lazy("登记分流情况"), PrepareForm, prepare, menu.may_prepare, _lazy("已登记，分流建议已更新。"), _lazy("登记"),
        fields="desk/_triage_fields.html",
    ),
    "conversion-trigger": Deed(
        _lazy("登记转换情形"), TriggerForm, trigger, menu.may_trigger, _lazy("已登记；简案的转换草稿已生成。"),
        _lazy("登记"), _lazy("出现本院规则列出的情形时登记；这一事实同时起算与它有关的期限。"),
    ),
    "conversion-propose": Deed(
        _lazy("提出繁简转换"), ProposeForm, propose, menu.may_propose, _lazy("已提请审批，批准后按新类别计算期限。"),
        _lazy("提请审批"), _lazy("批准前案件类别和期限不变。"),
    ),
    "conversion-assign": Deed(
        _lazy("转换后分派"), ConvertedForm, give, menu.may_give, _lazy("已分派，当事人将收到新承办人的告知。"),
        _lazy("确认分派"), _lazy("分派到与新类别相符的团队，并登记移交的材料。"),
    ),
    "upload": Deed(_lazy("上传材料"), forms.UploadForm, upload, menu.may_upload, _lazy("材料已上传。"), _lazy("上传")),
    "cancel": Deed(
        _lazy("申请撤销立案"), forms.UndoForm, cancel, menu.may_ask, _lazy("已提请审批。"), _lazy("提请审批"),
        _lazy("误立的案件经批准撤销，案号可以重新使用；已有财产或案款的不能撤销。"),
    ),
}  # fmt: skip
