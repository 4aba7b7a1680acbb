"""New moons and the sun's longitude, enough to find the four moving festivals of a year.

Series of Meeus, Astronomical Algorithms, chapters 25 and 49; errors of minutes. Rules of GB/T 33661-2017: a
month begins on the Beijing date of the new moon, the winter solstice lies in the eleventh month, and of
thirteen months between two solstices the first one without a principal term is the leap month.
"""

from __future__ import annotations

import datetime as dt
from math import floor, radians, sin

# Terrestrial time minus universal time, about 70 seconds in these decades; Beijing is eight hours ahead.
_TO_BEIJING = 8 / 24 - 70 / 86400
_JULIAN_OF_ORDINAL_0 = 1721424.5

# coefficient, multiples of the sun's anomaly, the moon's anomaly, the moon's latitude argument, power of E
_MOON_TERMS = (
    (-0.40720, 0, 1, 0, 0), (0.17241, 1, 0, 0, 1), (0.01608, 0, 2, 0, 0), (0.01039, 0, 0, 2, 0),
    (0.00739, -1, 1, 0, 1), (-0.00514, 1, 1, 0, 1), (0.00208, 2, 0, 0, 2), (-0.00111, 0, 1, -2, 0),
    (-0.00057, 0, 1, 2, 0), (0.00056, 1, 2, 0, 1), (-0.00042, 0, 3, 0, 0), (0.00042, 1, 0, 2, 1),
    (0.00038, 1, 0, -2, 1), (-0.00024, -1, 2, 0, 1),
)  # fmt: skip


def festivals(year: int) -> dict[str, dt.date]:
    """spring, qingming, dragon_boat and mid_autumn of a year."""
    first_days = _months(year)
    return {
        "spring": first_days[1],
        "qingming": _beijing(_solar_term(year, 15)),
        "dragon_boat": first_days[5] + dt.timedelta(days=4),
        "mid_autumn": first_days[8] + dt.timedelta(days=14),
    }


def _months(year: int) -> dict[int, dt.date]:
    """Number of each regular month -> its first day, from the winter solstice before the year on."""
    solstice, next_solstice = (_beijing(_solar_term(y, 270)) for y in (year - 1, year))
    around = round((year - 2000) * 12.3685)
    moons = [_beijing(_new_moon(k)) for k in range(around - 16, around + 16)]
    begin = max(i for i, day in enumerate(moons) if day <= solstice)
    end = max(i for i, day in enumerate(moons) if day <= next_solstice)
    principal = [solstice, *(_beijing(_solar_term(year, (300 + 30 * k) % 360)) for k in range(11))]
    has_leap, number, found = end - begin == 13, 11, {11: moons[begin]}
    for i in range(begin + 1, end):
        if has_leap and not any(moons[i] <= day < moons[i + 1] for day in principal):
            has_leap = False
            continue
        number = number % 12 + 1
        found[number] = moons[i]
    return found


def _new_moon(k: int) -> float:
    """Julian day (terrestrial time) of the k-th new moon since January 2000."""
    t = k / 1236.85
    sun = radians(2.5534 + 29.10535670 * k)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    latitude = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    e = 1 - 0.002516 * t
    mean = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    return mean + sum(
        c * e**power * sin(m * sun + n * moon + f * latitude) for c, m, n, f, power in _MOON_TERMS
    )


def _solar_term(year: int, longitude: float) -> float:
    """Julian day on which the sun reaches a longitude within the year."""
    guess = dt.date(year, 1, 1).toordinal() + _JULIAN_OF_ORDINAL_0 + (longitude - 280) % 360 * 1.01456
    for _ in range(8):
        guess += ((longitude - _sun(guess) + 180) % 360 - 180) * 1.01456
    return guess


def _sun(julian: float) -> float:
    """Apparent longitude of the sun in degrees."""
    t = (julian - 2451545) / 36525
    anomaly = radians(357.52911 + 35999.05029 * t)
    centre = (
        (1.914602 - 0.004817 * t) * sin(anomaly) + 0.019993 * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    )
    nutation = 0.00478 * sin(radians(125.04 - 1934.136 * t))
    return (280.46646 + 36000.76983 * t + centre - 0.00569 - nutation) % 360


def _beijing(julian: float) -> dt.date:
    return dt.date.fromordinal(floor(julian - _JULIAN_OF_ORDINAL_0 + _TO_BEIJING))
