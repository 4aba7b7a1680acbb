"""繁简转换: that a case asks to be moved to another class, from the trigger to the new handler."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.models.cases import Case
from cases.querysets import ConversionQuerySet
from cases.states import ConversionState
from courts.models import Unit, User

OPEN_CONVERSIONS = (ConversionState.DRAFT, ConversionState.ASKED, ConversionState.APPROVED)


class Conversion(FSMModelMixin, models.Model):
    """One conversion (商丘 第十七条). A row of the register that the command centre keeps.

    trigger: the event of the vocabulary that called for it, on triggered_on. rule_id: the pack's conversion.
    files: what was handed over with the case, as written.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="conversions")
    rule_id = models.CharField(max_length=30)
    from_class = models.CharField(_("原类别"), max_length=24)
    to_class = models.CharField(_("转为"), max_length=24)
    trigger = models.CharField(_("转换情形"), max_length=60)
    triggered_on = models.DateField(_("出现日期"))
    state = FSMField(
        _("状态"), default=ConversionState.DRAFT, choices=ConversionState.choices, protected=True
    )
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_on = models.DateField(null=True)
    ground = models.CharField(max_length=500, blank=True)
    approval_id = models.BigIntegerField(null=True)
    approved_on = models.DateField(null=True)
    from_team = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    to_team = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    to_owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    assigned_on = models.DateField(null=True)
    files = models.CharField(_("移交清单"), max_length=500, blank=True)

    objects = ConversionQuerySet.as_manager()

    class Meta:
        verbose_name = _("繁简转换")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=OPEN_CONVERSIONS), name="conversion_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ConversionState.values), name="conversion_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned")
                | Q(assigned_on__isnull=False, to_owner__isnull=False, to_team__isnull=False),
                name="conversion_assigned_says_to_whom",
            ),
        ]
        indexes = [models.Index(fields=["-triggered_on", "-id"], name="conversion_triggered")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_class} -> {self.to_class}"

    @transition(field=state, source=ConversionState.DRAFT, target=ConversionState.ASKED)
    def ask(self, *, by: User, on: object, ground: str, approval_id: int) -> None:
        """The team leader reports."""
        self.proposed_by, self.proposed_on, self.ground, self.approval_id = by, on, ground, approval_id

    @transition(field=state, source=ConversionState.ASKED, target=ConversionState.APPROVED)
    def approve(self, *, on: object) -> None:
        """The pack's role agrees."""
        self.approved_on = on

    @transition(field=state, source=ConversionState.ASKED, target=ConversionState.REFUSED)
    def refuse(self) -> None:
        """Not agreed; the class stays."""

    @transition(field=state, source=ConversionState.ASKED, target=ConversionState.DRAFT)
    def take_back(self) -> None:
        """The report was withdrawn; it can be made again."""
        self.proposed_by, self.proposed_on, self.ground, self.approval_id = None, None, "", None

    @transition(field=state, source=ConversionState.APPROVED, target=ConversionState.ASSIGNED)
    def give(self, *, owner: User, team: Unit, before: int | None, on: object, files: str) -> None:
        """The case went to its new handler."""
        self.to_owner, self.to_team, self.from_team_id = owner, team, before
        self.assigned_on, self.files = on, files
