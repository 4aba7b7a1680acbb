"""A case that goes to another court."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.models.cases import Case
from cases.querysets import TransferQuerySet
from cases.states import TransferState
from courts.models import Court, User


class Transfer(FSMModelMixin, models.Model):
    """案件移送 (焦作 四(二)): offered to another court with its paper, which takes it under a number of its own or sends it back.

    old_number, new_number: the numbers before and after; the case itself, its history and its id stay the same.
    answer: why it was refused or taken back, or what came with it. The row stays as the record of the court that gave it away.
    """

    class Ground(models.TextChoices):
        DESIGNATED = "designated", _("指定执行")
        RAISED = "raised", _("提级执行")
        JURISDICTION = "jurisdiction", _("移送管辖")
        COORDINATED = "coordinated", _("统一调配")

    case = models.ForeignKey(Case, models.PROTECT, related_name="transfers")
    from_court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("移送法院"))
    to_court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("受移送法院"))
    ground = models.CharField(_("移送情形"), max_length=14, choices=Ground.choices)
    paper = models.CharField(_("裁定、决定文号"), max_length=60)
    reason = models.CharField(_("理由"), max_length=500)
    state = FSMField(_("状态"), default=TransferState.OFFERED, choices=TransferState.choices, protected=True)
    old_number = models.CharField(_("原案号"), max_length=40)
    old_number_key = models.CharField(max_length=40, editable=False)
    new_number = models.CharField(_("新案号"), max_length=40, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("移送人"))
    asked_on = models.DateField(_("移送日期"))
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField(_("接收日期"), null=True)
    answer = models.CharField(_("答复"), max_length=500, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件移送")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=TransferState.OFFERED), name="transfer_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="transfer_state_known"),
            models.CheckConstraint(
                condition=~Q(from_court=models.F("to_court")), name="transfer_to_another_court"
            ),
            models.CheckConstraint(
                condition=~Q(state=TransferState.ACCEPTED)
                | ~Q(new_number="") & Q(answered_on__isnull=False, answered_by__isnull=False),
                name="transfer_accepted_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TransferState.REFUSED, TransferState.WITHDRAWN]) | ~Q(answer=""),
                name="transfer_returned_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_on", "-id"], name="transfer_asked"),
            models.Index(
                fields=["to_court"], condition=Q(state=TransferState.OFFERED), name="transfer_waiting"
            ),
            models.Index(fields=["from_court", "-asked_on", "-id"], name="transfer_from"),
            models.Index(fields=["old_number_key"], name="transfer_old_number"),
        ]

    def __str__(self) -> str:
        return f"{self.old_number} {self.from_court_id} -> {self.to_court_id}"

    @transition(field=state, source=TransferState.OFFERED, target=TransferState.ACCEPTED)
    def accept(self, *, by: User, on: object, number: str, words: str) -> None:
        """The other court takes it."""
        self.answered_by, self.answered_on, self.new_number, self.answer = by, on, number, words

    @transition(field=state, source=TransferState.OFFERED, target=TransferState.REFUSED)
    def refuse(self, *, by: User, on: object, words: str) -> None:
        """The other court sends it back."""
        self.answered_by, self.answered_on, self.answer = by, on, words

    @transition(field=state, source=TransferState.OFFERED, target=TransferState.WITHDRAWN)
    def withdraw(self, *, by: User, on: object, words: str) -> None:
        """The court that offered it keeps it."""
        self.answered_by, self.answered_on, self.answer = by, on, words
