"""The party's pages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.actions.clues import give_clue
from courts.models import User
from documents.models import File
from documents.serving import serve
from kernel import time
from kernel.errors import DomainError, NotFound
from petitions.actions.letters import write_letter
from portal import unsent
from portal.actions.accounts import confirm_account, give_account, withdraw_account
from portal.actions.drafts import drop_clue_draft, save_clue_draft
from portal.actions.reading import read_paper
from portal.actions.signing import (
    MINUTES,
    Company,
    ask_code,
    check_company,
    sign_in_by_paper,
    sign_in_by_phone,
)
from portal.door import followed, parties_only
from portal.forms import (
    AccountForm,
    ClueForm,
    CodeForm,
    CompanyForm,
    ConfirmForm,
    LetterForm,
    PaperForm,
    PartyForm,
    PhoneForm,
)
from portal.selectors import my_case
from portal.selectors.drafts import clue_draft_of
from portal.selectors.history import history_of
from portal.selectors.my_case import Mine
from portal.throttle import TooOften

BACKEND = "django.contrib.auth.backends.ModelBackend"
PHONE = "portal_phone"
COMPANY = "portal_company"
LARGE = "portal_large"


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The number; a code is sent if a case knows it, and the next page is the same if none does."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        try:
            ask_code(phone=phone, place=_place(request), at=time.now())
        except DomainError as error:
            form.refuse(error)
            return _plain(request, "portal/sign_in.html", form, error)
        request.session[PHONE] = phone
        request.session.pop(COMPANY, None)
        return redirect("portal:enter_code")
    return _plain(request, "portal/sign_in.html", form)


@never_cache
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """For a company: by the code on its paper at once, else a code goes to its registered number, if there is one."""
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        firm, code, phone = form.company, form.cleaned_data["code"], form.cleaned_data["phone"]
        place, at = _place(request), time.now()
        try:
            check_company(firm)
            if code:
                return _welcome(request, sign_in_by_paper(code=code, place=place, at=at, company=firm))
            ask_code(phone=phone, place=place, at=at)
        except DomainError as error:
            form.refuse(error)
            return _plain(request, "portal/company.html", form, error)
        request.session[PHONE] = phone
        request.session[COMPANY] = [firm.code, firm.representative]
        return redirect("portal:enter_code")
    return _plain(request, "portal/company.html", form)


@never_cache
@require_http_methods(["GET", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The code from the SMS."""
    phone = request.session.get(PHONE)
    if not phone:
        return redirect("portal:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, at = form.cleaned_data["code"], time.now()
        try:
            firm = Company(*request.session[COMPANY]) if COMPANY in request.session else None
            user = sign_in_by_phone(phone=phone, code=code, place=_place(request), at=at, company=firm)
        except DomainError as error:
            form.refuse(error)
            return _plain(request, "portal/code.html", form, error)
        return _welcome(request, user)
    return _plain(request, "portal/code.html", form)


@never_cache
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest) -> HttpResponse:
    """The code on a paper."""
    form = PaperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = sign_in_by_paper(code=form.cleaned_data["code"], place=_place(request), at=time.now())
        except DomainError as error:
            form.refuse(error)
            return _plain(request, "portal/paper.html", form, error)
        return _welcome(request, user)
    return _plain(request, "portal/paper.html", form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; the size of print stays."""
    large = request.session.get(LARGE, False)
    logout(request)
    request.session[LARGE] = large
    return redirect("portal:sign_in")


@require_POST
def large(request: HttpRequest) -> HttpResponse:
    """大字版 on or off, and back to the same page."""
    request.session[LARGE] = not request.session.get(LARGE, False)
    back = request.POST.get("back", "")
    if not back.startswith("/my/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/my/"
    return redirect(back)


@require_safe
@parties_only
def home(request: HttpRequest) -> HttpResponse:
    """One's cases; a single one opens at once."""
    cases = my_case.cases_of(request.user, request.at)
    if len(cases) == 1:
        return redirect("portal:case", cases[0].pk)
    return render(request, "portal/cases.html", {"cases": cases})


@require_safe
@parties_only
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """我的案件."""
    mine = _mine(request, pk)

    def page() -> HttpResponse:
        letters = my_case.letters_of(mine, request.user)
        context = {
            **my_case.steps_of(mine),
            "limit": my_case.limit_of(mine),
            "money": my_case.money_of(mine),
            "account": my_case.account_of(mine),
            "papers": my_case.papers_of(mine)[:3],
            "history": history_of(mine)[:6],
            "letters": len([row for row in letters if not row["reply"]]),
        }
        return _page(request, "portal/case.html", mine, context)

    return _tagged(request, mine, page)


@require_safe
@parties_only
def money(request: HttpRequest, pk: int) -> HttpResponse:
    """案款明细."""
    mine = _mine(request, pk)
    return _page(request, "portal/money.html", mine, {"money": my_case.money_of(mine)})


@require_safe
@parties_only
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers addressed to one's side, and the whole history."""
    mine = _mine(request, pk)
    context = {"papers": my_case.papers_of(mine), "history": history_of(mine)}
    return _page(request, "portal/papers.html", mine, context)


@require_safe
@parties_only
def paper_pdf(request: HttpRequest, pk: int, paper_id: int) -> HttpResponseBase:
    """A paper addressed to one's side; 404 for any other. That it was opened is recorded, once for each reader."""
    mine = _mine(request, pk)
    found = next((row["paper"] for row in my_case.papers_of(mine) if row["paper"].pk == paper_id), None)
    if found is None or found.file is None:
        raise NotFound(_("没有这份文书，或者它不是发给您的。"), fix=_("从“我的文书”重新进入。"))
    if request.method == "GET":
        read_paper(case_id=pk, paper_id=paper_id, actor=request.user, at=request.at)
    return serve(found.file, request)


@require_http_methods(["GET", "POST"])
@parties_only
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    """Letters with their answers, and the form for a new one."""
    mine = _mine(request, pk)
    first = unsent.take(request)
    form = LetterForm(request.POST or None, request.FILES or None, parties=mine.choices, initial=first)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("topic", "words", "photos")}
        done, event = _done(form, write_letter, case_id=pk, actor=request.user, at=request.at, **given)
        if done:
            number = my_case.letter_number(event.data["letter"])
            messages.success(request, _("留言已送到承办人，回执号 %s。回复后会用短信告诉您。") % number)
            return redirect("portal:letters", pk)
    context = {"form": form, "letters": my_case.letters_of(mine, request.user)}
    return _page(request, "portal/letters.html", mine, context)


@require_safe
@parties_only
def letter_file(request: HttpRequest, pk: int, file_id: int) -> HttpResponseBase:
    """A picture of one's own letter or of its answer; 404 for any other."""
    mine = _mine(request, pk)
    known = {
        each for row in my_case.letters_of(mine, request.user) for each in row["files"] + row["reply_files"]
    }
    found = File.objects.filter(pk=file_id, case_id=pk).first() if file_id in known else None
    if found is None:
        raise NotFound(_("没有这个附件，或者它不是您的。"), fix=_("从“留言”重新进入。"))
    return serve(found, request)


@require_http_methods(["GET", "POST"])
@parties_only
def clue(request: HttpRequest, pk: int) -> HttpResponse:
    """提供财产线索; half written it can be kept as a draft."""
    mine = _mine(request, pk)
    if request.method == "POST" and "draft" in request.POST:
        return _clue_draft(request, mine)
    kept = clue_draft_of(request.user, mine.case, request.at)
    first = unsent.take(request) or (kept.first if kept else {})
    form = ClueForm(request.POST or None, request.FILES or None, parties=mine.choices, initial=first)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("words", "specific", "urgent", "photos")}
        done, event = _done(form, give_clue, case_id=pk, actor=request.user, at=request.at, **given)
        if done:
            number = my_case.clue_number(event)
            drop_clue_draft(case_id=pk, actor=request.user)
            messages.success(request, _("线索已收到，回执号 %s。法院会核实，结果会告诉您。") % number)
            return redirect("portal:case", pk)
    drafted = my_case.moment(kept.saved_at) if kept else ""
    return _page(request, "portal/clue.html", mine, {"form": form, "drafts": True, "drafted": drafted})


def _clue_draft(request: HttpRequest, mine: Mine) -> HttpResponse:
    """Keep what is written so far, or give it up; pictures are chosen again when the clue is sent."""
    if request.POST["draft"] == "drop":
        drop_clue_draft(case_id=mine.case.pk, actor=request.user)
        messages.success(request, _("草稿已删除。"))
        return redirect("portal:clue", mine.case.pk)
    form = ClueForm(request.POST, parties=mine.choices)
    form.fields["words"].required = False
    if not form.is_valid():
        return _page(request, "portal/clue.html", mine, {"form": form, "drafts": True})
    given = {name: form.cleaned_data[name] for name in ("words", "specific", "urgent")}
    try:
        save_clue_draft(
            case_id=mine.case.pk,
            party_id=form.cleaned_data["party"],
            actor=request.user,
            at=request.at,
            **given,
        )
    except DomainError as error:
        form.refuse(error)
        return _page(request, "portal/clue.html", mine, {"form": form, "drafts": True})
    messages.success(request, _("草稿已保存 30 天，法院看不到；写好后记得提交。照片请在提交时选择。"))
    return redirect("portal:clue", mine.case.pk)


@require_http_methods(["GET", "POST"])
@parties_only
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """收款账户: what is registered, masked; the form for one, or for the code of a change."""
    mine = _mine(request, pk)
    if not mine.applies:
        raise NotFound(_("没有这一页。"), fix=_("从“我的案件”重新进入。"))
    shown = my_case.account_of(mine)
    if shown["changing"] and not shown["waits"]:
        return _confirming(request, mine, shown)
    form = AccountForm(request.POST or None, request.FILES or None, parties=mine.choices)
    if request.method == "POST" and form.is_valid():
        given = {"given": form.given(), "upload": form.cleaned_data["file"]}
        done, change = _done(form, give_account, case_id=pk, actor=request.user, at=request.at, **given)
        if done:
            if change is None:
                messages.success(request, _("收款账户已登记。"))
            return redirect("portal:account", pk)
    return _page(request, "portal/account.html", mine, {"form": form, "account": shown})


def _confirming(request: HttpRequest, mine: Mine, shown: dict[str, Any]) -> HttpResponse:
    form = ConfirmForm(request.POST or None, parties=mine.choices)
    if request.method == "POST" and form.is_valid():
        given = {"code": form.cleaned_data["code"]}
        done, _change = _done(
            form, confirm_account, case_id=mine.case.pk, actor=request.user, at=request.at, **given
        )
        if done:
            messages.success(request, _("已确认，24 小时后生效。不是您本人操作的，请立即撤回。"))
            return redirect("portal:account", mine.case.pk)
    return _page(request, "portal/account.html", mine, {"form": form, "account": shown, "confirming": True})


@require_POST
@parties_only
def account_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回账户变更."""
    mine = _mine(request, pk)
    shown = my_case.account_of(mine)
    if not mine.applies:
        raise NotFound(_("没有这一页。"), fix=_("从“我的案件”重新进入。"))
    if not shown["changing"]:  # a second tap, or in force in the meantime: the page says how it stands
        messages.info(request, _("现在没有等待生效的变更。"))
        return redirect("portal:account", pk)
    key = f"portal:withdraw:{shown['change']}"
    withdraw_account(case_id=pk, party_id=shown["party"], actor=request.user, at=request.at, key=key)
    messages.success(request, _("已撤回，原来的账户不变。"))
    return redirect("portal:account", pk)


def _mine(request: HttpRequest, pk: int) -> Mine:
    return my_case.mine_of(followed(request, pk), request.user, request.at)


def _page(request: HttpRequest, template: str, mine: Mine, context: dict[str, Any]) -> HttpResponse:
    """A page of a case; 422 when it carries a refused form."""
    form = context.get("form")
    status = 422 if form is not None and form.is_bound and form.errors else 200
    here = template.removeprefix("portal/").removesuffix(".html")
    head = {"head": my_case.head_of(mine), "case": mine.case, "applies": mine.applies, "here": here}
    return render(request, template, {**head, **context}, status=status)


def _done(form: PartyForm, verb: Callable[..., Any], **given: Any) -> tuple[bool, Any]:
    """Call the verb for the chosen party: (whether it was done, what it gave); a refusal is put into the form."""
    try:
        return True, verb(party_id=form.cleaned_data["party"], key=form.key, **given)
    except DomainError as error:
        form.refuse(error)
        return False, None


def _tagged(request: HttpRequest, mine: Mine, page: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer with an ETag of what the page is made of; 304 when the browser has it. Every act raises the version."""
    said = len(get_messages(request))
    parts = (
        mine.case.version,
        mine.today,
        my_case.papers_tag(mine),
        request.user.pk,
        bool(request.session.get(LARGE)),
        said,
        request.META.get("CSRF_COOKIE", ""),
        settings.PORTAL_URL,
    )
    tag = f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'
    if not said and request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        get_token(request)
        response = page()
    response["ETag"] = tag
    return response


def _plain(request: HttpRequest, template: str, form: Any, error: DomainError | None = None) -> HttpResponse:
    status = 429 if isinstance(error, TooOften) else 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, "minutes": MINUTES}, status=status)


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    large = request.session.get(LARGE, False)
    login(request, user, backend=BACKEND)
    request.session.pop(PHONE, None)
    request.session.pop(COMPANY, None)
    request.session[LARGE] = large
    return _back_to_unsent(request, user) or redirect("portal:home_of_party")


def _back_to_unsent(request: HttpRequest, user: User) -> HttpResponse | None:
    """The page whose words were not sent when the sign-in ran out, if this person reads for the party they are of."""
    page = unsent.page_of(request)
    if page is None:
        return None
    (case_id, party, path), at = page, time.now()
    case = next((case for case in my_case.cases_of(user, at) if case.pk == case_id), None)
    if case is None or party not in {mine.pk for mine in my_case.mine_of(case, user, at).parties}:
        unsent.drop(request)
        return None
    messages.info(request, _("您写的内容还没有提交。请看一遍再提交，照片要重新选择。"))
    return redirect(path)


def _place(request: HttpRequest) -> str:
    """The address a request comes from, as the proxy in front reports it where there is one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
