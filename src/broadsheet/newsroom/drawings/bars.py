"""Bars, lying or standing, and dots on a row: charts whose labels are things, not dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from broadsheet.newsroom.drawings.scales import read_days, thin, ticks
from broadsheet.newsroom.drawings.specs import (
    BASE,
    INK,
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
    words,
)

FEW = 3  # so many bars are drawn thick, with large numbers


def bars(table: Table, sheet: Sheet) -> dict[str, Any]:
    """Bars stand where their labels are dates or fit below them, and lie where they do not."""
    dated = read_days(table.labels) is not None
    room = (sheet.width - 44) / len(table.labels)
    short = all(sheet.wide(label) < room * 0.95 for label in table.labels)
    if (dated and len(table.labels) > FEW) or (short and len(table.labels) > FEW):
        return _standing(table, sheet)
    return _rows(table, sheet, _lying)


def dots(table: Table, sheet: Sheet) -> dict[str, Any]:
    """A dot for every number, those of one label on one row."""
    return _rows(table, sheet, _dotted)


def _ends(table: Table) -> tuple[float, float]:
    """The least and the greatest number, with zero."""
    values = table.values
    return min(0.0, *values), max(0.0, *values)


def _stretch(table: Table) -> tuple[float, float]:
    """The stretch that dots need: they stand anywhere, so zero belongs to it only where it is near."""
    low, high = min(table.values), max(table.values)
    return (low, high) if low > high * 0.4 else _ends(table)


def _rows(table: Table, sheet: Sheet, draw: Any) -> dict[str, Any]:
    few = len(table.labels) <= FEW and len(table.columns) == 1 and draw is _lying
    figure = 1.5 if few else 1.0  # how much larger the numbers are than the labels
    margin = max(sheet.wide(label) for label in table.labels) + 12
    above = few or sheet.narrow or margin > sheet.width * 0.34
    label = sheet.letters * (1.75 if above else 0)
    thick = sheet.letters * (2.3 if few else 1.5 if len(table.columns) == 1 else 1.2)
    lines = 1 if draw is _dotted else len(table.columns)
    gap = sheet.letters * (1.2 if above or lines > 1 else 0.6)
    low, high = _ends(table) if draw is _lying else _stretch(table)
    number = max(sheet.wide(sheet.numbers.text(value), figure) for value in table.values) * 1.18 + 12
    before, after = number if low < 0 else 0.0, number if high > 0 else 2.0
    if draw is _dotted:
        before, after = max(before, number), max(after, number)
    names = table.names if len(table.columns) > 1 else ()
    top = heading_height(sheet, names) + 2
    start, end = before + (0 if above else margin), after
    if sheet.rtl:
        start, end = end, start
    step = label + thick * lines + gap
    height = step * len(table.labels) - gap
    frame = Frame(
        sheet.width - start - end, height, start, end, top, 6, low, high if high > low else low + 1, sheet.rtl
    )
    layers, _lines = heading(sheet, frame, names)
    edge = sheet.width - frame.left if sheet.rtl else -frame.left
    shown = {"align": "right" if sheet.rtl else "left"}
    for index, text in enumerate(table.labels):
        y = index * step
        row = {"x": edge, "y": y + (label / 2 - 2 if above else thick * lines / 2), "text": text}
        layers.append(pixel_words([row], sheet, INK, **shown))
        layers += draw(table, index, (y + label, thick), frame, sheet, figure)
    return spec(frame, layers)


def _lying(
    table: Table, index: int, place: tuple[float, float], frame: Frame, sheet: Sheet, figure: float
) -> Iterator[Layer]:
    top, thick = place
    if frame.low < 0:
        foot = [{"x": 0, "y": top - 4, "y2": top + thick * len(table.columns) + 4}]
        yield layer(frame, foot, {"type": "rule", "stroke": BASE, "strokeWidth": 1})
    for series, column in enumerate(table.columns):
        y, value = top + series * thick, column[index]
        if value is None:
            row = {"x": 0, "y": y + thick / 2, "text": "–"}
            yield words(frame, [row], sheet, QUIET, align="right" if sheet.rtl else "left", dx=4)
            continue
        least = (frame.high - frame.low) / frame.width  # a bar is never thinner than a pixel
        length = value if abs(value) >= least or not value else least * (1 if value > 0 else -1)
        row = {"x": 0, "x2": length, "y": y + 1, "y2": y + thick - 1}
        yield layer(frame, [row], {"type": "rect", "fill": colour(series)})
        backwards = (value < 0) != sheet.rtl
        side = {"align": "right" if backwards else "left", "dx": -6 if backwards else 6}
        row = {"x": value, "y": y + thick / 2 + 0.5, "text": sheet.numbers.text(value)}
        yield words(frame, [row], sheet, INK, figure, fontWeight="bold", **side)


def _dotted(
    table: Table, index: int, place: tuple[float, float], frame: Frame, sheet: Sheet, figure: float
) -> Iterator[Layer]:
    top, thick = place
    y = top + thick / 2
    found = [(column[index], series) for series, column in enumerate(table.columns)]
    known = sorted((value, series) for value, series in found if value is not None)
    if not known:
        return
    yield layer(frame, [{"x": frame.low, "x2": frame.high, "y": y}], {"type": "rule", "stroke": RULE, "strokeWidth": 1})
    if len(known) > 1:
        span = [{"x": known[0][0], "x2": known[-1][0], "y": y}]
        yield layer(frame, span, {"type": "rule", "stroke": QUIET, "strokeWidth": 2})
    for value, series in known:
        style = {"type": "point", "shape": "circle", "size": 130, "fill": colour(series), "stroke": PAPER, "opacity": 1}
        yield layer(frame, [{"x": value, "y": y}], {**style, "strokeWidth": 1.5, "filled": True})
    for value, backwards in {(known[-1][0], False), *([(known[0][0], True)] if len(known) > 1 else [])}:
        left = backwards != sheet.rtl
        side = {"align": "right" if left else "left", "dx": -10 if left else 10}
        row = {"x": value, "y": y + 0.5, "text": sheet.numbers.text(value)}
        halo = {"stroke": PAPER, "strokeWidth": 5}
        yield words(frame, [row], sheet, INK, figure, fontWeight="bold", **halo, **side)


def _standing(table: Table, sheet: Sheet) -> dict[str, Any]:
    """Columns in the order of the rows, left to right in every language."""
    low, high = _ends(table)
    count, series = len(table.labels), len(table.columns)
    number = max(sheet.wide(sheet.numbers.text(value), 0.92) for value in table.values)
    band = sheet.width / count
    direct = number < band * 0.94 / series  # whether a number stands on every column
    marks = [0.0] if direct else ticks(low, high, 5, sheet.numbers.whole)
    levels = sheet.numbers.fitted(marks)
    axis = 0.0 if direct else max(sheet.wide(levels.text(mark), 0.92) for mark in marks) + 10
    names = table.names if series > 1 else ()
    top = heading_height(sheet, names) + sheet.letters * (1.4 if direct else 0.6)
    below = sheet.letters * (1.4 if direct and low < 0 else 0) + sheet.letters * 2
    height = sheet.width * (0.62 if sheet.narrow else 0.42)
    frame = Frame(sheet.width - axis, height, axis, 0, top, below, 0, count)
    low, high = min(low, marks[0]), max(high, marks[-1])

    def up(value: float) -> float:
        return height * (high - value) / ((high - low) or 1)

    layers, _lines = heading(sheet, frame, names)
    layers += _levels(frame, marks, up, sheet, labelled=not direct)
    layers += _columns(table, frame, up, sheet, direct)
    layers += _feet(table, frame, sheet, height + (sheet.letters * 1.4 if direct and low < 0 else 0))
    return spec(frame, layers)


def _levels(frame: Frame, marks: list[float], up: Any, sheet: Sheet, labelled: bool) -> Iterator[Layer]:
    """Lines across the plot, the one at zero darker, with their numbers at the left."""
    numbers = sheet.numbers.fitted(marks)
    for mark in marks:
        line = [{"x": frame.low, "x2": frame.high, "y": up(mark)}]
        yield layer(frame, line, {"type": "rule", "stroke": RULE if mark else BASE, "strokeWidth": 1})
        if labelled:
            row = {"x": -8, "y": up(mark), "text": numbers.text(mark)}
            yield pixel_words([row], sheet, QUIET, align="right", fontSize=round(sheet.letters * 0.92, 1))


def _columns(table: Table, frame: Frame, up: Any, sheet: Sheet, direct: bool) -> Iterator[Layer]:
    series = len(table.columns)
    share = 0.76 / series
    for place, column in enumerate(table.columns):
        rows, numbers = [], []
        for index, value in enumerate(column):
            if value is None:
                continue
            x = index + 0.12 + place * share
            rows.append({"x": x + 0.01, "x2": x + share - 0.01, "y": up(max(0.0, value)), "y2": up(min(0.0, value))})
            y = up(value) + sheet.letters * (0.7 if value < 0 else -0.65)
            numbers.append({"x": x + share / 2, "y": y, "text": sheet.numbers.text(value)})
        yield layer(frame, rows, {"type": "rect", "fill": colour(place)})
        if direct:
            yield words(frame, numbers, sheet, INK, 0.92, fontWeight="bold", align="center")


def _feet(table: Table, frame: Frame, sheet: Sheet, y: float) -> Iterator[Layer]:
    """The labels below the columns, as many as fit."""
    room = frame.width / max(sheet.wide(label) + 10 for label in table.labels)
    rows = []
    for index in thin(range(len(table.labels)), int(room)):
        half = sheet.wide(table.labels[index]) / 2
        x = min((index + 0.5) * frame.width / frame.high, frame.width - half)
        rows.append({"x": max(half - frame.left, x), "y": y + sheet.letters, "text": table.labels[index]})
    yield pixel_words(rows, sheet, QUIET, align="center")
