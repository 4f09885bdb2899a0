"""Lines, areas and points over time, with words at their ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.newsroom.drawings.scales import Days, apart, read_days, thin, ticks
from broadsheet.newsroom.drawings.specs import (
    BASE,
    PAPER,
    QUIET,
    RULE,
    Frame,
    Layer,
    Sheet,
    Table,
    colour,
    heading,
    heading_height,
    layer,
    pixel_words,
    spec,
)

Point = tuple[float, float, float]  # x, y, and the foot of an area


@dataclass(frozen=True, slots=True)
class Band:
    """One series: its stretches without a gap, where its words belong, and what they say."""

    series: int
    runs: tuple[tuple[Point, ...], ...]
    name: str
    last: float


def lines(table: Table, sheet: Sheet) -> dict[str, Any]:
    """A line for every series."""
    return _plot(table, sheet, "line")


def areas(table: Table, sheet: Sheet) -> dict[str, Any]:
    """Areas, one on the other where there are several and none is below zero."""
    stacked = len(table.columns) > 1 and min(table.values) >= 0
    return _plot(table, sheet, "area" if stacked or len(table.columns) == 1 else "line")


def points(table: Table, sheet: Sheet) -> dict[str, Any]:
    """Dots over time."""
    return _plot(table, sheet, "dot")


def _plot(table: Table, sheet: Sheet, kind: str) -> dict[str, Any]:
    days = read_days(table.labels)
    xs = days.places if days else tuple(float(index) for index in range(len(table.labels)))
    bands = _bands(table, xs, kind == "area")
    marks = _marks(bands, kind, sheet.numbers.whole)
    levels = sheet.numbers.fitted(marks)
    longest = max(sheet.wide(name, 1.06) for name in table.names) if len(bands) > 1 else 0
    named = len(bands) > 1 and longest < sheet.width * (0.3 if sheet.narrow else 0.26)
    names = () if named or len(bands) == 1 else table.names
    number = max(sheet.wide(sheet.numbers.text(band.last), 1.06) for band in bands)
    after = max(number, longest if named else 0) + 14
    before = max(sheet.wide(levels.text(mark), 0.92) for mark in marks) + 10
    top = heading_height(sheet, names) + sheet.letters * 0.7
    height = sheet.width * (0.66 if sheet.narrow else 0.45)
    low, high = xs[0], xs[-1] if xs[-1] > xs[0] else xs[0] + 1
    frame = Frame(sheet.width - before - after, height, before, after, top, sheet.letters * 2, low, high)

    def up(value: float) -> float:
        return height * (marks[-1] - value) / (marks[-1] - marks[0])

    layers, _lines = heading(sheet, frame, names)
    layers += _levels(frame, marks, up, sheet)
    layers += _feet(table, days, xs, frame, sheet)
    for band in bands:
        layers += _band(band, frame, up, kind, alone=len(bands) == 1)
    layers += _tails(bands, frame, up, sheet, named, kind == "area")
    return spec(frame, layers)


def _bands(table: Table, xs: Sequence[float], stacked: bool) -> list[Band]:
    """The series as runs of points; where they are stacked, each stands on those before it."""
    bands, feet = [], [0.0] * len(xs)
    for series, column in enumerate(table.columns):
        runs: list[list[Point]] = [[]]
        last = 0.0
        for index, value in enumerate(column):
            if value is None:
                runs.append([])
                continue
            foot = feet[index] if stacked else 0.0
            runs[-1].append((xs[index], foot + value, foot))
            feet[index], last = foot + value, value
        bands.append(Band(series, tuple(tuple(run) for run in runs if run), table.names[series], last))
    return bands


def _marks(bands: Sequence[Band], kind: str, whole: bool) -> list[float]:
    """The levels of y: from zero for areas, and for lines that would not be flattened by it."""
    ys = [y for band in bands for run in band.runs for _, y, _ in run]
    low, high = min(ys), max(ys)
    if kind == "area" or 0 < low < high * 0.45:
        low = min(0.0, low)
    return ticks(low, high, 5, whole)


def _levels(frame: Frame, marks: list[float], up: Callable[[float], float], sheet: Sheet) -> Iterator[Layer]:
    numbers = sheet.numbers.fitted(marks)
    for mark in marks:
        line = [{"x": frame.low, "x2": frame.high, "y": up(mark)}]
        yield layer(frame, line, {"type": "rule", "stroke": RULE if mark else BASE, "strokeWidth": 1})
        row = {"x": -8, "y": up(mark), "text": numbers.text(mark)}
        yield pixel_words([row], sheet, QUIET, align="right", fontSize=round(sheet.letters * 0.92, 1))


def _feet(table: Table, days: Days | None, xs: Sequence[float], frame: Frame, sheet: Sheet) -> Iterator[Layer]:
    """Dates or labels below the plot, as many as fit."""
    if days:
        marks = days.marks(max(2, int(frame.width / (sheet.letters * (3.6 if days.kind == "year" else 6)))),
                           sheet.numbers.locale)  # fmt: skip
    else:
        room = int(frame.width / (max(sheet.wide(label) for label in table.labels) + 8))
        marks = thin(list(zip(xs, table.labels, strict=True)), max(1, room))
    low = frame.height + sheet.letters
    per = frame.width / (frame.high - frame.low)
    rows = []
    for x, text in marks:
        half = sheet.wide(text) / 2
        place = max(half - frame.left, min(frame.width + frame.right - half, (x - frame.low) * per))
        rows.append({"x": place, "y": low, "text": text})
    yield pixel_words(rows, sheet, QUIET, align="center")
    notches = [{"x": x, "y": frame.height, "y2": frame.height + 5} for x, _text in marks]
    yield layer(frame, notches, {"type": "rule", "stroke": RULE, "strokeWidth": 1})


def _band(band: Band, frame: Frame, up: Callable[[float], float], kind: str, alone: bool) -> Iterator[Layer]:
    for run in band.runs:
        rows = [{"x": x, "y": up(y)} for x, y, _foot in run]
        if kind == "area" and len(run) > 1:
            filled = [{"x": x, "y": up(y), "y2": up(foot)} for x, y, foot in run]
            style = {"type": "area", "fill": colour(band.series), "fillOpacity": 0.22 if alone else 0.82, "line": False}
            yield layer(frame, filled, style)
        if kind != "dot" and len(run) > 1 and (kind == "line" or alone):
            stroke = {"stroke": colour(band.series), "strokeWidth": 2.5, "strokeCap": "round", "strokeJoin": "round"}
            yield layer(frame, rows, {"type": "line", **stroke})
        if kind == "dot" or len(run) == 1:
            yield _dots(frame, rows, band.series, 110)


def _dots(frame: Frame, rows: list[dict[str, Any]], series: int, size: float) -> Layer:
    style = {"type": "point", "shape": "circle", "filled": True, "opacity": 1, "stroke": PAPER, "strokeWidth": 1.5}
    return layer(frame, rows, {**style, "size": size, "fill": colour(series)})


def _tails(
    bands: Sequence[Band], frame: Frame, up: Callable[[float], float], sheet: Sheet, named: bool, stacked: bool
) -> Iterator[Layer]:
    """The last number of every series and, where there is room, its name, none over another."""
    stacked = stacked and len(bands) > 1
    ends = [band.runs[-1][-1] for band in bands]
    wanted = [up((y + foot) / 2) if stacked else up(y) for _x, y, foot in ends]
    gap = sheet.letters * (2.5 if named else 1.25)
    places = apart(wanted, gap, 0, frame.height - (sheet.letters * 0.6 if named else 0))
    for band, (x, y, _foot), place in zip(bands, ends, places, strict=True):
        if not stacked:
            yield _dots(frame, [{"x": x, "y": up(y)}], band.series, 75)
        rows = [(sheet.numbers.text(band.last), "bold")]
        if named:
            rows.insert(0, (band.name, "bold"))
        for line, (text, weight) in enumerate(rows):
            offset = (line - (len(rows) - 1) / 2) * sheet.letters * 1.15
            row = {"x": frame.width + 10, "y": place + offset, "text": text}
            yield pixel_words([row], sheet, colour(band.series), align="left", fontWeight=weight)
