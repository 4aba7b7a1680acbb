"""The court's bank accounts, the numbers of cases in them, bank statements with their lines, and what lines may belong to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.books import Book, Journal
from funds.models.receipts import Receipt
from funds.querysets import CourtQuerySet, LineQuerySet
from kernel.fields import BlindIndexField, EncryptedTextField


class BankAccount(models.Model):
    """案款专户: an account of the court with a bank, and the range from which its cases get their numbers.

    range_prefix + range_width digits + check digit is a sub-account number; a prefix of "" means that the bank
    gives none. used: how many numbers were given out.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    bank = models.CharField(_("开户行"), max_length=80)
    name = models.CharField(_("户名"), max_length=120)
    number = EncryptedTextField(_("账号"))
    number_index = BlindIndexField()
    number_tail = models.CharField(max_length=4)
    range_prefix = models.CharField(_("子账号号段"), max_length=24, blank=True)
    range_width = models.PositiveSmallIntegerField(_("顺序号位数"), default=7)
    used = models.PositiveBigIntegerField(default=0)
    key = models.CharField(max_length=120)
    opened_at = models.DateTimeField(_("登记时间"))

    objects = CourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("案款专户")
        constraints = [
            models.UniqueConstraint(fields=["court", "key"], name="bankaccount_key_once"),
            models.UniqueConstraint(fields=["number_index"], name="bankaccount_once"),
            models.CheckConstraint(
                condition=Q(range_prefix__regex=r"^[0-9]*$", range_width__gte=3, range_width__lte=10),
                name="bankaccount_range_is_digits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.masked}"

    @property
    def masked(self) -> str:
        """The number as it may be shown."""
        return f"****{self.number_tail}"


class SubAccount(models.Model):
    """一案一账号: the number under which money for one case reaches the court's account."""

    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="numbers")
    book = models.OneToOneField(Book, models.PROTECT, related_name="sub_account")
    number = models.CharField(_("案款子账号"), max_length=36, unique=True)
    issued_at = models.DateTimeField(_("编号时间"))

    class Meta:
        verbose_name = _("案款子账号")

    def __str__(self) -> str:
        return self.number


class StatementHeading(models.Model):
    """What a column of a bank's statements holds, as a person of the court has said; used for the next file."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    bank = models.CharField(max_length=80)
    heading = models.CharField(max_length=60)
    field = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name = _("流水列对应")
        constraints = [
            models.UniqueConstraint(fields=["court", "bank", "heading"], name="statementheading_once")
        ]

    def __str__(self) -> str:
        return f"{self.heading} {self.field}"


class Statement(models.Model):
    """银行流水: one file of the bank. Until it is confirmed nothing of it stands in the books.

    digest: SHA-256 of the file. content: the file as it came, encrypted, gone once it is confirmed or withdrawn.
    opening, closing: balances of the period. flaw: why it cannot be confirmed. journal: the total that arrived.
    """

    class State(models.TextChoices):
        PARSED = "parsed", _("待核对列")
        PREVIEWED = "previewed", _("待确认")
        CONFIRMED = "confirmed", _("已入账")
        WITHDRAWN = "withdrawn", _("已放弃")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="statements")
    name = models.CharField(_("文件"), max_length=120)
    form = models.CharField(max_length=5)
    digest = models.CharField(max_length=64)
    content = EncryptedTextField(null=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PARSED)
    titles = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    samples = models.JSONField(default=dict)
    opening = AmountField(_("期初余额"), null=True)
    closing = AmountField(_("期末余额"), null=True)
    from_on = models.DateField(_("起日"), null=True)
    until_on = models.DateField(_("止日"), null=True)
    incoming = AmountField(_("收入合计"), default=0)
    outgoing = AmountField(_("支出合计"), default=0)
    counts = models.JSONField(default=dict)
    flaw = models.CharField(_("不能入账的原因"), max_length=300, blank=True)
    journal = models.OneToOneField(Journal, models.PROTECT, null=True, related_name="statement")
    key = models.CharField(max_length=120)
    taken_at = models.DateTimeField(_("上传时间"))
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    confirmed_at = models.DateTimeField(_("入账时间"), null=True)

    objects = CourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("银行流水")
        constraints = [
            models.UniqueConstraint(fields=["court", "key"], name="statement_key_once"),
            models.UniqueConstraint(
                fields=["account", "digest"], condition=Q(state="confirmed"), name="statement_file_once"
            ),
            # What a line refers to, so that its account and court are those of its statement (migration 0006).
            models.UniqueConstraint(fields=["id", "account", "court"], name="statement_with_its_account"),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(flaw="", opening__isnull=False, closing=F("opening") + F("incoming") - F("outgoing")),
                name="statement_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["court", "-id"], name="statement_court")]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """How the log names this statement."""
        return f"statement:{self.pk}"


class Direction(models.TextChoices):
    """Whether money came or went."""

    IN = "C", _("收入")
    OUT = "D", _("支出")


class Read(models.Model):
    """What every line of a statement says. amount: above zero. payer_*: the other side; of its account the tail only."""

    row = models.PositiveIntegerField(_("行"))
    serial = models.CharField(_("银行流水号"), max_length=60)
    booked_on = models.DateField(_("记账日期"))
    direction = models.CharField(_("收支"), max_length=1, choices=Direction.choices)
    amount = AmountField(_("金额"))
    payer_name = models.CharField(_("对方户名"), max_length=120, blank=True)
    payer_tail = models.CharField(_("对方账号尾号"), max_length=4, blank=True)
    payer_bank = models.CharField(_("对方开户行"), max_length=120, blank=True)
    remark = models.CharField(_("附言"), max_length=200, blank=True)
    sub_account = models.CharField(_("子账号"), max_length=36, blank=True)
    number_key = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class StagedLine(Read):
    """A line that was read and is not in the books: waiting for the confirmation, or put aside for good.

    verdict: good, repeat (stands already), aside (quarantined), bad (the file has to be put right).
    """

    class Verdict(models.TextChoices):
        GOOD = "good", _("可以入账")
        REPEAT = "repeat", _("已经入账")
        ASIDE = "aside", _("隔离")
        BAD = "bad", _("有错误")

    # Its key is checked for all the rows of a statement at once (migration 0006).
    statement = models.ForeignKey(
        Statement, models.CASCADE, related_name="staged", db_index=False, db_constraint=False
    )
    booked_on = models.DateField(_("记账日期"), null=True)
    amount = AmountField(_("金额"), null=True)
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("待核流水行")
        indexes = [models.Index(fields=["statement", "row"], name="stagedline_statement")]

    def __str__(self) -> str:
        return f"{self.row} {self.verdict}"


class StatementLine(Read):
    """流水明细: an entry of the bank. claimed: what of it was made receipts; the rest is 不明款 while money came.

    serial: the bank's number, once per account; where the bank gives none, a digest of what the line says.
    """

    # One key of the database holds the three together: statement, its account, its court (migration 0006).
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", db_constraint=False)
    claimed = AmountField(_("已认领"), default=0)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("流水明细")
        constraints = [
            models.UniqueConstraint(fields=["account", "serial"], name="statementline_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="statementline_amount_positive"),
            models.CheckConstraint(condition=Q(direction__in=["C", "D"]), name="statementline_direction"),
            models.CheckConstraint(
                condition=Q(claimed__gte=0, claimed__lte=F("amount")) & (Q(direction="C") | Q(claimed=0)),
                name="statementline_claimed_within",
            ),
        ]
        indexes = [
            models.Index(
                fields=["court", "booked_on", "id"],
                condition=Q(direction="C", claimed__lt=F("amount")),
                name="statementline_open",
            ),
            # A day's close and the sheet add up a court's lines without reading them.
            models.Index(
                fields=["court", "booked_on"],
                include=["id", "direction", "amount", "claimed"],
                name="statementline_court_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.serial}"

    @property
    def rest(self):  # noqa: ANN201  Decimal of an AmountField
        """What of it nobody has claimed."""
        return self.amount - self.claimed


class Claim(models.Model):
    """认领: the part of a line that became a receipt. The receipt voided gives the part back.

    from_statement: the statement was first in the books; otherwise a person had recorded the receipt before it.
    """

    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="claims")
    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="claim")
    from_statement = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("流水认领")

    def __str__(self) -> str:
        return f"{self.line_id} {self.receipt_id}"


class Proposal(models.Model):
    """匹配建议: a book to which a line may belong, with the reasons; nothing follows from it until a person says so.

    rank: 1 is the likeliest. reasons: of sub_account, number, payer, amount.
    """

    # Both keys are checked for all the rows of a statement at once (migration 0006).
    line = models.ForeignKey(
        StatementLine, models.CASCADE, related_name="proposals", db_index=False, db_constraint=False
    )
    book = models.ForeignKey(Book, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    rank = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField(_("把握"))
    reasons = ArrayField(models.CharField(max_length=12), verbose_name=_("依据"))

    class Meta:
        verbose_name = _("匹配建议")
        constraints = [models.UniqueConstraint(fields=["line", "book"], name="proposal_once")]
        indexes = [models.Index(fields=["line", "rank"], name="proposal_line")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.rank}"
