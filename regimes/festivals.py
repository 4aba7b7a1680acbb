"""Statutory festival days by date, for years whose holiday notice is not out yet (data/festivals.yaml)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict

import yaml

FILE = Path(__file__).parent / "data" / "festivals.yaml"

_NAMES = {"qingming": "清明节", "dragon_boat": "端午节", "mid_autumn": "中秋节"}
# From the eve to the third day of the first month: 《全国年节及纪念日放假办法》 (2024) 第二条.
_SPRING_DAYS = (-1, 0, 1, 2)


class _File(TypedDict):
    fixed: dict[str, list[str]]
    moving: dict[int, dict[str, dt.date]]


@lru_cache(maxsize=1)
def moving_festivals() -> Mapping[int, dict[str, dt.date]]:
    """Year -> {spring (正月初一), qingming, dragon_boat, mid_autumn} as the file states them."""
    return MappingProxyType(_read()["moving"])


@lru_cache(maxsize=256)
def festival_days(year: int) -> Mapping[dt.date, str]:
    """The statutory days of a year with their Chinese names.

    Years outside the file have only the days fixed in the solar calendar: their moving festivals are unknown.
    """
    days: dict[dt.date, str] = {}
    for name, month_days in _read()["fixed"].items():
        days.update({dt.date.fromisoformat(f"{year}-{month_day}"): name for month_day in month_days})
    moving = moving_festivals().get(year, {})
    if "spring" in moving:
        days.update({moving["spring"] + dt.timedelta(days=shift): "春节" for shift in _SPRING_DAYS})
    for key, name in _NAMES.items():
        if key in moving:
            days.setdefault(moving[key], name)
    return MappingProxyType(days)


@lru_cache(maxsize=1)
def _read() -> _File:
    with FILE.open(encoding="utf-8") as stream:
        content: _File = yaml.safe_load(stream)
    return content
