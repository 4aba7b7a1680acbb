"""Jobs as the components take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.models import Job
from kernel import time

PILLS = {"queued": "todo", "running": "prog", "done": "done", "failed": "over"}


def columns() -> list[dict[str, Any]]:
    """The head of the list."""
    return [
        {"label": _("任务"), "kind": "main"},
        {"label": _("状态")},
        {"label": _("进展"), "kind": "num"},
        {"label": _("法院")},
        {"label": _("发起")},
    ]


def groups(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """One line each; none when there are none."""
    return [{"rows": [_row(job) for job in jobs]}] if jobs else []


def strip(job: Job) -> list[dict[str, Any]]:
    """The facts below the title."""
    return [
        {
            "label": _("状态"),
            "value": job.get_state_display(),
            "tone": "over" if job.state == "failed" else "",
        },
        {"label": _("法院"), "value": job.court.short_name if job.court else _("全部法院")},
        {"label": _("发起人"), "value": job.asked_by.full_name if job.asked_by else _("系统")},
        {"label": _("发起时间"), "value": _moment(job.asked_at)},
        {"label": _("结束时间"), "value": _moment(job.finished_at) if job.finished_at else "—"},
    ]


def _row(job: Job) -> dict[str, Any]:
    who = job.asked_by.full_name if job.asked_by else _("系统")
    return {
        "cells": [
            {
                "kind": "main",
                "text": job.title,
                "url": reverse("jobs:job", args=[job.pk]),
                "sub": job.message,
            },
            {"pill": {"state": PILLS[job.state], "text": job.get_state_display()}, "label": _("状态")},
            {"kind": "num", "text": f"{job.share}%", "label": _("进展")},
            {"text": job.court.short_name if job.court else _("全部"), "label": _("法院")},
            {"text": who, "sub": _moment(job.asked_at), "label": _("发起"), "nowrap": True},
        ]
    }


def _moment(at: Any) -> str:
    local = time.local(at)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
