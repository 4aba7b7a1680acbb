"""Parties, their agents and how to reach them. Phones and ID numbers live only here, encrypted."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.grams import NameGrams
from cases.models.cases import Case
from cases.models.nodes import Subject
from cases.querysets import AccessQuerySet
from courts.models import User
from kernel.fields import BlindIndexField, EncryptedTextField


class Party(models.Model):
    """A party of a case. subject: what duties towards it are about."""

    class Role(models.TextChoices):
        APPLICANT = "applicant", _("申请执行人")
        RESPONDENT = "respondent", _("被执行人")
        THIRD = "third_party", _("案外人")
        INTERESTED = "interested", _("利害关系人")

    class Kind(models.TextChoices):
        NATURAL = "natural_person", _("自然人")
        ENTERPRISE = "enterprise", _("企业")
        GOVERNMENT = "government", _("机关")
        OTHER = "other", _("其他组织")

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    subject = models.OneToOneField(Subject, models.PROTECT, related_name="party")
    role = models.CharField(_("诉讼地位"), max_length=12, choices=Role.choices)
    kind = models.CharField(_("类型"), max_length=16, choices=Kind.choices)
    name = models.CharField(_("姓名或名称"), max_length=120)
    initials = models.CharField(max_length=60, editable=False)
    id_number = EncryptedTextField(_("证件号码"), null=True)
    id_index = BlindIndexField(null=True)
    id_tail = BlindIndexField(null=True)
    id_masked = models.CharField(max_length=30, blank=True)
    id_doubt = models.CharField(_("证件号码存疑"), max_length=120, blank=True)
    address = EncryptedTextField(_("住址"), null=True)
    location = models.CharField(_("所在地"), max_length=14, blank=True)

    class Meta:
        verbose_name = _("当事人")
        indexes = [
            models.Index(fields=["initials"], name="party_initials"),
            models.Index(
                fields=["initials"], opclasses=["varchar_pattern_ops"], name="party_initials_starting"
            ),
            GinIndex(NameGrams("name"), name="party_name_grams"),
        ]

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """Somebody who acts for a party."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="agents")
    name = models.CharField(_("姓名"), max_length=60)
    is_lawyer = models.BooleanField(_("律师"), default=False)
    firm = models.CharField(_("律师事务所"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("代理人")

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """A number or address of a party or its agent, with whether it has been found good."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", _("手机")
        EMAIL = "email", _("电子邮箱")
        POST = "post", _("邮寄地址")

    party = models.ForeignKey(Party, models.PROTECT, related_name="contacts")
    agent = models.ForeignKey(Agent, models.PROTECT, null=True, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = EncryptedTextField()
    index = BlindIndexField()
    tail = BlindIndexField(null=True)
    masked = models.CharField(max_length=120)
    bad = models.BooleanField(_("无效"), default=False)
    bad_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("联系方式")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "agent", "index"], nulls_distinct=False, name="contact_once"
            )
        ]

    def __str__(self) -> str:
        return self.masked


class Access(models.Model):
    """That somebody may see a case beyond what their scope shows: a party, an agent, or staff let into a sealed case.

    side: "staff", or the role of `party`, for whom the person reads (itself, or as its agent). until: the last day.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="accesses")
    case = models.ForeignKey(Case, models.PROTECT, related_name="accesses")
    side = models.CharField(max_length=12)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="accesses")
    until = models.DateField(null=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件访问权")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "case", "side", "party"], nulls_distinct=False, name="access_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} -> {self.case_id}"
