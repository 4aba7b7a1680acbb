"""Verbs of the texts: approve one, retire one, put in the presets."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from kernel.errors import BadInput, NotFound
from notices.models import Template
from notices.policy import check_may_maintain
from notices.rendering import check_text
from notices.states import Audience
from notices.topics import canonical, preset_approval, topics


def write_template(
    *,
    actor: User,
    court_id: int,
    topic: str,
    audience: str,
    text: str,
    approved_by: str,
    approved_on: dt.date,
    at: dt.datetime,
    key: str,
) -> Template:
    """Put a text the court has approved into use, in place of the court's one before; messages keep theirs.

    Raises NotAllowed, and BadInput for a text that could not be rendered or that nobody approved.
    """
    if audience not in Audience.values:
        raise BadInput(_("没有“%(audience)s”这一对象。") % {"audience": audience}, field="audience")
    topic = canonical(topic)
    check_text(text, topic=topic)
    if not approved_by.strip():
        raise BadInput(_("没有填写核定人。"), field="approved_by", fix=_("写明核定该文本的人。"))
    stream = f"court:{court_id}"
    with transaction.atomic(durable=True):
        check_may_maintain(actor, court_id)
        standing = Template.objects.select_for_update().filter(
            court_id=court_id, topic=topic, audience=audience
        )
        if (done := log.find(stream, key)) is not None:
            return Template.objects.get(pk=done.data["template_id"])
        standing.filter(active=True).update(active=False, retired_at=at)
        template = Template.objects.create(
            court_id=court_id,
            topic=topic,
            audience=audience,
            text=text.strip(),
            approved_by=approved_by.strip(),
            approved_on=approved_on,
        )
        log.append(
            stream=stream,
            kind="template.written",
            actor=actor.actor,
            at=at,
            key=key,
            data={"template_id": template.pk, "topic": topic, "audience": audience},
            court_id=court_id,
        )
    return template


def retire_template(*, actor: User, template_id: int, reason: str, at: dt.datetime, key: str) -> Template:
    """Take a court's own text out of use; the one for all courts, if any, stands again.

    Raises NotFound, NotAllowed.
    """
    if not reason.strip():
        raise BadInput(_("没有填写停用原因。"), field="reason")
    with transaction.atomic(durable=True):
        template = Template.objects.select_for_update().filter(pk=template_id, court__isnull=False).first()
        if template is None:
            raise NotFound(_("没有这一文本。"))
        check_may_maintain(actor, template.court_id)
        stream = f"court:{template.court_id}"
        if log.find(stream, key) is None and template.active:
            template.active, template.retired_at = False, at
            template.save(update_fields=["active", "retired_at"])
            log.append(
                stream=stream,
                kind="template.retired",
                actor=actor.actor,
                at=at,
                key=key,
                data={"template_id": template.pk, "reason": reason.strip()},
                court_id=template.court_id,
            )
    return template


def seed_templates(*, at: dt.datetime) -> int:
    """Put in the preset texts for all courts where none stands; a text that stands is left alone.

    Returns rows added.
    """
    approved_by, approved_on = preset_approval()
    with transaction.atomic(durable=True):
        standing = set(
            Template.objects.filter(court__isnull=True, active=True).values_list("topic", "audience")
        )
        new = [
            Template(
                topic=topic.code,
                audience=audience,
                text=text,
                approved_by=approved_by,
                approved_on=approved_on,
            )
            for topic in topics().values()
            for audience, text in topic.texts.items()
            if (topic.code, audience) not in standing
        ]
        Template.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            log.append(
                stream="templates",
                kind="template.seeded",
                actor="system:seed",
                at=at,
                key=f"seed:{at.isoformat()}",
                data={"rows": len(new)},
            )
    return len(new)
