"""The words in which a chart is told to Vega-Lite. Colours are roles, which charts.py turns into classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from broadsheet.newsroom.drawings.lettering import width
from broadsheet.newsroom.drawings.scales import Numbers

Layer = dict[str, Any]
SERIES = 6
QUIET, RULE, BASE, INK = "#00c0a1", "#00c0b1", "#00c0b2", "#00c0c1"
PAPER = "#00c0d1"


def colour(series: int) -> str:
    """The role of a series: the seventh and those after it share the sixth."""
    return f"#00c0{min(series, SERIES - 1):02d}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the two sizes in which a chart is drawn, and how it is written."""

    name: str
    width: int
    letters: float
    rtl: bool
    numbers: Numbers

    @property
    def narrow(self) -> bool:
        """Whether it is drawn for a phone."""
        return self.name == "narrow"

    def wide(self, text: str, scale: float = 1.0) -> float:
        """How wide some words stand."""
        return width(text, self.letters * scale)


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's figures, cleaned: rows without a label or any number are gone, and so are empty series."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[tuple[float | None, ...], ...]

    @property
    def values(self) -> list[float]:
        """Every number."""
        return [value for column in self.columns for value in column if value is not None]


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot inside a drawing: its size, the room around it, and the scale of x."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    low: float
    high: float
    reverse: bool = False


def spec(frame: Frame, layers: Sequence[Layer]) -> dict[str, Any]:
    """A whole chart."""
    padding = {"left": frame.left, "right": frame.right, "top": frame.top, "bottom": frame.bottom}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": frame.width,
        "height": frame.height,
        "padding": padding,
        "autosize": "none",
        "background": None,
        "config": {"view": {"stroke": None}},
        "layer": list(layers),
    }


def across(frame: Frame) -> dict[str, Any]:
    """The quantitative x that all layers share, without an axis: marks carry their own words."""
    scale = {"domain": [frame.low, frame.high], "nice": False, "zero": False, "reverse": frame.reverse}
    return {"field": "x", "type": "quantitative", "scale": scale, "axis": None}


def down() -> dict[str, Any]:
    """A y that is counted in pixels from the top."""
    return {"field": "y", "type": "quantitative", "scale": None, "axis": None}


def layer(frame: Frame, rows: Sequence[dict[str, Any]], mark: dict[str, Any], **more: Any) -> Layer:
    """One kind of mark, placed by the frame's x and by y in pixels. Rows may have x2 and y2."""
    encoding: dict[str, Any] = {"x": across(frame), "y": down(), **more}
    for end in ("x2", "y2"):
        if rows and end in rows[0]:
            encoding[end] = {"field": end}
    return {"data": {"values": list(rows)}, "mark": {"clip": False, **mark}, "encoding": encoding}


def words(
    frame: Frame, rows: Sequence[dict[str, Any]], sheet: Sheet, fill: str = INK, scale: float = 1.0, **mark: Any
) -> Layer:
    """Words at x and y."""
    style = {"type": "text", "fontSize": round(sheet.letters * scale, 1), "fill": fill, "baseline": "middle", **mark}
    return layer(frame, rows, style, text={"field": "text"})


def pixel_words(rows: Sequence[dict[str, Any]], sheet: Sheet, fill: str = INK, **mark: Any) -> Layer:
    """Words whose x too is counted in pixels."""
    style = {"type": "text", "fontSize": sheet.letters, "fill": fill, "baseline": "middle", **mark}
    encoding = {"x": {**down(), "field": "x"}, "y": down(), "text": {"field": "text"}}
    return {"data": {"values": list(rows)}, "mark": style, "encoding": encoding}


def heading(sheet: Sheet, frame: Frame, names: Sequence[str]) -> tuple[list[Layer], int]:
    """The names of the series in their colours, above the plot, and how many lines they fill."""
    x, line, layers = 0.0, 0, []
    for index, name in enumerate(names):
        wide = sheet.wide(name, 1.06)
        if x and x + wide > sheet.width:
            x, line = 0.0, line + 1
        place = (sheet.width - x if sheet.rtl else x) - frame.left
        row = {"x": place, "y": sheet.letters * (0.6 + 1.45 * line) - frame.top, "text": name}
        side = "right" if sheet.rtl else "left"
        layers.append(pixel_words([row], sheet, colour(index), align=side, fontWeight="bold"))
        x += wide + sheet.letters
    return layers, line + 1 if names else 0


def heading_height(sheet: Sheet, names: Sequence[str]) -> float:
    """The room that the heading needs."""
    lines = heading(sheet, Frame(0, 0, 0, 0, 0, 0, 0, 1), names)[1]
    return sheet.letters * (1.45 * lines + 0.5) if lines else 0.0
