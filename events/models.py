"""The immutable log of who did what, and the road by which a fact below reaches the verbs above."""

from django.db import models


class Event(models.Model):
    """One act, for ever. Append-only by trigger; chained by digest within its stream.

    stream, actor: opaque text ("case:12", "user:7"). data: what a pure fold needs; ids, never phones or ID numbers.
    at: the instant of recording; effective_on: the court-local date the act speaks of.
    """

    stream = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    effective_on = models.DateField()
    key = models.CharField(max_length=120)
    court_id = models.BigIntegerField(null=True)
    data = models.JSONField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = "事件"
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq"),
            models.UniqueConstraint(fields=["stream", "key"], name="event_stream_key"),
        ]
        indexes = [models.Index(fields=["kind", "at"], name="event_kind_at")]

    def __str__(self) -> str:
        return f"{self.stream}#{self.seq} {self.kind}"


class Pending(models.Model):
    """A reaction that an event still owes. Deleted when its verb has committed; at least once + key = once."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="pending")
    reaction = models.CharField(max_length=60)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "待传事件"
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="pending_event_reaction")]
        indexes = [models.Index(fields=["due_at"], name="pending_due_at")]

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.reaction}"
