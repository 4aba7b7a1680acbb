"""Property items and the measures that control them, in their simple form."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Party, Subject
from cases.rows import track
from kernel.fields import BlindIndexField, EncryptedTextField
from measures.querysets import ControlQuerySet, PropertyQuerySet

CASH = ("bank_account", "wechat", "alipay", "online_fund_other")
MOVABLES = ("vehicle", "movable")


class Property(models.Model):
    """A property item of a respondent 财产. subject: what its duties are about (parent: the respondent's subject)."""

    class Kind(models.TextChoices):
        BANK_ACCOUNT = "bank_account", _("银行存款")
        WECHAT = "wechat", _("微信零钱")
        ALIPAY = "alipay", _("支付宝余额")
        ONLINE_FUND_OTHER = "online_fund_other", _("其他网络资金")
        VEHICLE = "vehicle", _("车辆")
        MOVABLE = "movable", _("动产")
        REAL_ESTATE = "real_estate", _("不动产")
        LAND_USE_RIGHT = "land_use_right", _("土地使用权")
        FOREST_RIGHT = "forest_right", _("林权")
        EQUITY = "equity", _("股权")
        SECURITIES = "securities", _("证券")
        PROVIDENT_FUND = "provident_fund", _("公积金")
        MATURED_CLAIM = "matured_claim", _("到期债权")
        OTHER_RIGHT = "other_right", _("其他财产权")

    class State(models.TextChoices):
        FOUND = "found", _("已发现")
        CONTROLLED = "controlled", _("已控制")
        NOT_CONTROLLED = "not_controlled", _("未控制")
        DISPOSABLE = "disposable", _("可处置")
        CANNOT_BE_DISPOSED = "cannot_be_disposed", _("不能处置")
        IN_DISPOSAL = "in_disposal", _("处置中")
        DISPOSED = "disposed", _("已处置")
        RELEASED = "released", _("已解除")

    class Source(models.TextChoices):
        NETWORK_FEEDBACK = "network_feedback", _("网络查控")
        CLUE = "clue", _("财产线索")
        FIELD = "field", _("现场调查")
        DECLARATION = "declaration", _("财产申报")

    case = models.ForeignKey(Case, models.PROTECT, related_name="properties")
    subject = models.OneToOneField(Subject, models.PROTECT, related_name="property")
    party = models.ForeignKey(Party, models.PROTECT, related_name="properties")
    court_id = models.BigIntegerField()
    kind = models.CharField(_("种类"), max_length=18, choices=Kind.choices)
    label = models.CharField(_("名称"), max_length=120)
    reference = EncryptedTextField(_("账号、车牌、证号"), null=True)
    reference_masked = models.CharField(max_length=40, blank=True)
    reference_index = BlindIndexField(null=True)
    reference_tail = BlindIndexField(null=True)
    holder = models.CharField(_("存管单位"), max_length=80, blank=True)
    value = models.DecimalField(_("价值（元）"), max_digits=18, decimal_places=2)
    deducted = models.DecimalField(_("已划拨（元）"), max_digits=18, decimal_places=2, default=0)
    source = models.CharField(_("来源"), max_length=18, choices=Source.choices)
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.FOUND)
    protected_kind = models.CharField(_("特别财产"), max_length=20, default="none")
    indivisible = models.BooleanField(_("不可分"), default=False)
    found_on = models.DateField(_("发现日期"))
    reason = models.CharField(_("未控制、不能处置的理由"), max_length=300, blank=True)
    price = models.DecimalField(_("参考价（元）"), max_digits=18, decimal_places=2, null=True)
    auction_round = models.PositiveSmallIntegerField(_("拍卖次数"), default=0)
    starting_price = models.DecimalField(_("起拍价（元）"), max_digits=18, decimal_places=2, null=True)

    objects = PropertyQuerySet.as_manager()

    class Meta:
        verbose_name = _("财产")
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gte=0), name="property_value_not_negative"),
            models.CheckConstraint(
                condition=models.Q(deducted__gte=0) & models.Q(deducted__lte=models.F("value")),
                name="property_deducted_within_value",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["not_controlled", "cannot_be_disposed"])
                | ~models.Q(reason=""),
                name="property_left_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Control(models.Model):
    """A measure on a property item: 冻结, 查封, 扣押; first rank or waiting; its last day is written down."""

    class Kind(models.TextChoices):
        FREEZE = "freeze", _("冻结")
        SEAL = "seal", _("查封")
        SEIZE = "seize", _("扣押")

    class State(models.TextChoices):
        ACTIVE = "active", _("有效")
        RENEWED = "renewed", _("已续行")
        RELEASED = "released", _("已解除")
        ENDED = "ended", _("已处置")

    case = models.ForeignKey(Case, models.PROTECT, related_name="controls")
    property = models.ForeignKey(Property, models.PROTECT, related_name="controls")
    kind = models.CharField(_("措施"), max_length=8, choices=Kind.choices)
    waiting = models.BooleanField(_("轮候"), default=False)
    amount = models.DecimalField(_("控制金额（元）"), max_digits=18, decimal_places=2)
    started_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    end_stated = models.BooleanField(_("届满日期见回执"), default=False)
    agency = models.CharField(_("协助单位"), max_length=80, blank=True)
    document = models.CharField(_("文书或回执编号"), max_length=80, blank=True)
    files = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    done_by_id = models.BigIntegerField(null=True)

    objects = ControlQuerySet.as_manager()

    class Meta:
        verbose_name = _("控制措施")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("started_on")), name="control_dates"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="control_amount_not_negative"),
            models.UniqueConstraint(
                fields=["property"], condition=models.Q(state="active"), name="control_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.property_id}"


track(
    Property,
    (
        "case_id", "subject_id", "party_id", "kind", "label", "reference_masked", "holder", "value", "deducted",
        "source", "state", "protected_kind", "indivisible", "found_on", "reason", "price", "auction_round",
        "starting_price",
    ),
)  # fmt: skip
track(
    Control,
    (
        "case_id", "property_id", "kind", "waiting", "amount", "started_on", "ends_on", "end_stated",
        "agency", "document", "files", "state", "done_by_id",
    ),
)  # fmt: skip
