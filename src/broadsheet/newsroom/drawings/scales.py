"""Numbers, dates and round steps for charts. Pure but for Babel."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal, format_decimal

DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
Item = TypeVar("Item")
PER_CENT = {"%", "٪", "per cent", "percent"}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the numbers of one chart are written."""

    locale: Locale
    decimals: int
    compact: bool
    suffix: str

    def text(self, value: float) -> str:
        """A number in the page's language, with a true minus sign."""
        if self.compact and abs(value) >= 1e4:
            digits = 2 if abs(value) >= 1e6 else 0
            words = format_compact_decimal(value, format_type="short", locale=self.locale, fraction_digits=digits)
        else:
            pattern = "#,##0." + "#" * self.decimals if self.decimals else "#,##0"
            words = format_decimal(value, pattern, locale=self.locale)
        return words.replace("-", "\u2212") + self.suffix

    def fitted(self, values: Iterable[float]) -> Numbers:
        """The same way of writing, with the decimals that other values need."""
        return replace(self, decimals=_decimals(values))

    @property
    def whole(self) -> bool:
        """Whether no number of the chart has decimals."""
        return not self.decimals


def numbers_of(values: Iterable[float], unit: str, locale: Locale) -> Numbers:
    """The way to write `values`: with as many decimals as they have, two at most; millions in short."""
    kept = list(values)
    decimals = _decimals(kept)
    suffix = unit.strip() if unit.strip() in {"%", "٪"} else "%" if unit.strip() in PER_CENT else ""
    return Numbers(locale, min(2, decimals), max(map(abs, kept), default=0) >= 1e6, suffix)


def _decimals(values: Iterable[float]) -> int:
    places = (-int(Decimal(repr(value)).normalize().as_tuple().exponent) for value in values)
    return max(0, max(places, default=0))


def ticks(low: float, high: float, count: int, whole: bool = False) -> list[float]:
    """About `count` round numbers, perhaps whole ones, whose first and last hold `low` and `high` between them."""
    if not high > low:
        high = low + 1
    rough = (high - low) / max(1, count - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [factor * power for factor in (1, 2, 2.5, 5, 10, 20, 50, 100)]
    step = next(step for step in steps if step >= rough * 0.8 and not (whole and step % 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Days:
    """Labels that are years, months or days, as places on a line."""

    places: tuple[float, ...]
    kind: str  # year, month or day

    def marks(self, room: int, locale: Locale) -> list[tuple[float, str]]:
        """At most `room` places with their names."""
        if self.kind == "year":
            return [(place, str(int(place))) for place in self._years(room)]
        days = [date.fromordinal(int(place)) for place in self.places]
        skeleton = "yMMM" if self.kind == "month" or days[0].year != days[-1].year else "MMMd"
        return [(float(day.toordinal()), format_skeleton(skeleton, day, locale=locale)) for day in thin(days, room)]

    def _years(self, room: int) -> list[float]:
        if len(self.places) <= room:
            return list(self.places)
        first, last = self.places[0], self.places[-1]
        step = next(
            step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 9999) if (last - first) / step <= room - 1
        )
        return [float(year) for year in range(math.ceil(first / step) * step, int(last) + 1, step)]


def read_days(labels: Sequence[str]) -> Days | None:
    """Labels as dates, where every one is a year, a month or a day, all alike and in order; else None."""
    found = [DATE.fullmatch(label.strip()) for label in labels]
    if len(found) < 2 or not all(found):
        return None
    parts = [tuple(int(part) for part in match.groups() if part) for match in found if match]
    if len({len(part) for part in parts}) != 1 or any(a >= b for a, b in pairwise(parts)):
        return None
    if len(parts[0]) == 1:
        return Days(tuple(float(part[0]) for part in parts), "year")
    try:
        days = [date(*(*part, 1)[:3]) for part in parts]
    except ValueError:
        return None
    return Days(tuple(float(day.toordinal()) for day in days), "month" if len(parts[0]) == 2 else "day")


def thin(items: Sequence[Item], room: int) -> list[Item]:
    """Every so manieth of `items`, counted from the last, `room` of them at most."""
    stride = max(1, math.ceil(len(items) / max(1, room)))
    return list(items)[::-1][::stride][::-1]


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as can be to those wanted, `gap` from each other, between `low` and `high`."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    found = [0.0] * len(wanted)
    floor = low
    for index in order:
        found[index] = max(wanted[index], floor)
        floor = found[index] + gap
    ceiling = high
    for index in reversed(order):
        found[index] = min(found[index], ceiling)
        ceiling = found[index] - gap
    return found
