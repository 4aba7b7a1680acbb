"""信访: a petition about a case, from registration to closing."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.models import Case, Party, Subject
from cases.rows import track
from courts.models import Court, User
from kernel.fields import EncryptedTextField
from kernel.time import today
from petitions.querysets import PetitionQuerySet
from petitions.states import WAITING, PetitionState


class Petition(FSMModelMixin, models.Model):
    """信访事项 about a case (JZ 三(二)5). subject: what its clocks run on; when the answer is due stands there.

    officer: who handles it. nth: which petition in the case it is. attached: what was overdue and which letters had no
    answer on registration, frozen: {"nodes": [{clock, rule, kind, label, due_on, days}], "letters": [{letter, topic,
    received_at}]}. oral: what was answered at once; is_on_spot: that was everything, and no written answer is due. draft:
    the answer on its way; reply: as it was sent. approval_id: of approvals.Request.
    is_resolved: 实质性化解.
    """

    class Channel(models.TextChoices):
        VISIT = "visit", _("来访")
        MAIL = "mail", _("来信")
        PHONE = "phone", _("来电")
        ONLINE = "online", _("网上")
        ASSIGNED = "assigned", _("上级交办")

    class Level(models.TextChoices):
        BASIC = "basic", _("区县")
        CITY = "city", _("市")
        PROVINCE = "province", _("省")
        NATIONAL = "national", _("国家")

    class Kind(models.TextChoices):
        LITIGATION = "litigation", _("涉诉信访")
        GENERAL = "general", _("一般信访")

    case = models.ForeignKey(Case, models.PROTECT, related_name="petitions", verbose_name=_("案件"))
    subject = models.OneToOneField(Subject, models.PROTECT, related_name="petition")
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    year = models.PositiveSmallIntegerField(_("年度"))
    ordinal = models.PositiveIntegerField(_("序号"))
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    level = models.CharField(_("到达层级"), max_length=10, choices=Level.choices)
    kind = models.CharField(_("性质"), max_length=10, choices=Kind.choices, default=Kind.LITIGATION)
    assigned_by = models.CharField(_("交办单位"), max_length=80, blank=True)
    has_major_effect = models.BooleanField(_("造成重大负面影响"), default=False)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="petitions")
    name = models.CharField(_("信访人"), max_length=60)
    phone = EncryptedTextField(_("联系电话"), max_length=20, null=True)
    demand = models.TextField(_("信访诉求"))
    nth = models.PositiveSmallIntegerField(_("本案第几次"))
    attached = models.JSONField(_("登记时的超期节点和未回复留言"), default=dict)
    state = FSMField(
        _("状态"), default=PetitionState.OPEN, choices=PetitionState.choices, protected=True, max_length=10
    )
    received_on = models.DateField(_("收到日期"))
    registered_at = models.DateTimeField(_("登记时间"))
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    officer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    oral = models.TextField(_("当场答复"), blank=True)
    is_on_spot = models.BooleanField(_("当场全部答复"), default=False)
    panel_on = models.DateField(_("合议日期"), null=True)
    panel_members = models.CharField(_("合议庭成员"), max_length=120, blank=True)
    panel_opinion = models.TextField(_("合议意见"), blank=True)
    draft = models.TextField(_("答复草稿"), blank=True)
    approval_id = models.BigIntegerField(null=True)
    reply = models.TextField(_("书面答复"), blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closing = models.TextField(_("办结意见"), blank=True)
    is_resolved = models.BooleanField(_("实质性化解"), null=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("信访")
        constraints = [
            models.UniqueConstraint(fields=["court", "year", "ordinal"], name="petition_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=PetitionState.values), name="petition_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WAITING)
                | models.Q(is_on_spot=True) & ~models.Q(oral="")
                | ~models.Q(reply=""),
                name="petition_answered_says_what",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed")
                | models.Q(closed_at__isnull=False, closed_by__isnull=False, is_resolved__isnull=False),
                name="petition_closed_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["court", "-received_on", "-id"], name="petition_register"),
            models.Index(fields=["case", "-id"], name="petition_case"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def number(self) -> str:
        """信访〔2023〕12号."""
        return f"信访〔{self.year}〕{self.ordinal}号"

    @property
    def is_waiting(self) -> bool:
        """The petitioner has no answer yet."""
        return self.state in WAITING

    def age_days(self, on: dt.date) -> int:
        """Calendar days since it was received, up to its closing."""
        end = min(on, today(self.closed_at)) if self.closed_at else on
        return max((end - self.received_on).days, 0)

    @transition(field=state, source=WAITING, target=PetitionState.ANSWERED)
    def answer_orally(self, *, by: User, at: dt.datetime, words: str) -> None:
        """Everything is answered at once."""
        self.oral, self.is_on_spot = words, True
        self.answered_by, self.answered_at, self.draft = by, at, ""

    @transition(field=state, source=[PetitionState.OPEN, PetitionState.PANEL], target=PetitionState.PANEL)
    def take_panel(self, *, on: dt.date, members: str, opinion: str) -> None:
        """The panel has studied it."""
        self.panel_on, self.panel_members, self.panel_opinion = on, members, opinion

    @transition(field=state, source=[PetitionState.OPEN, PetitionState.PANEL], target=PetitionState.ASKED)
    def ask(self, *, request_id: int) -> None:
        """The answer lies with who approves it."""
        self.approval_id = request_id

    @transition(field=state, source=PetitionState.ASKED, target=PetitionState.APPROVED)
    def approve(self) -> None:
        """The answer may go out as it stands."""

    @transition(field=state, source=PetitionState.ASKED, target=PetitionState.PANEL)
    def send_back(self) -> None:
        """The answer was not approved, or taken back."""
        self.approval_id = None

    @transition(field=state, source=PetitionState.APPROVED, target=PetitionState.ANSWERED)
    def send_reply(self, *, by: User, at: dt.datetime) -> None:
        """The approved answer goes out."""
        self.reply, self.draft = self.draft, ""
        self.answered_by, self.answered_at = by, at

    @transition(field=state, source=PetitionState.ANSWERED, target=PetitionState.CLOSED)
    def close(self, *, by: User, at: dt.datetime, words: str, is_resolved: bool) -> None:
        """Nothing more is to be done."""
        self.closed_by, self.closed_at, self.closing, self.is_resolved = by, at, words, is_resolved


track(
    Petition,
    (
        *("case_id", "subject_id", "court_id", "year", "ordinal", "channel", "level", "kind", "assigned_by"),
        *("has_major_effect", "party_id", "name", "demand", "nth", "attached", "state", "received_on"),
        *(
            "registered_at",
            "registered_by_id",
            "officer_id",
            "oral",
            "is_on_spot",
            "panel_on",
            "panel_members",
        ),
        *("panel_opinion", "draft", "approval_id", "reply", "answered_at", "answered_by_id"),
        *("closed_at", "closed_by_id", "closing", "is_resolved"),
    ),
)
