"""A small chart of who came and who cancelled, drawn on the server: two bars a day, on either side of a line."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from broadsheet.membership.queries.desk import Day

WIDTH, HEIGHT, GAP = 600, 120, 4


def chart(days: Sequence[Day], label: str) -> SafeString:
    """An SVG drawing. Its colours are classes; `label` says what it shows to whoever does not see it."""
    most = max((max(day.joined, day.cancelled) for day in days), default=0) or 1
    step, middle = WIDTH / max(len(days), 1), HEIGHT / 2
    unit = (middle - 2) / most
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        (
            (kind, f"{index * step + GAP / 2:.1f}", f"{middle - count * unit if up else middle:.1f}",
             f"{step - GAP:.1f}", f"{count * unit:.1f}", f"{day.day.isoformat()}: {count}")
            for index, day in enumerate(days)
            for kind, count, up in (("members-joined", day.joined, True), ("members-left", day.cancelled, False))
            if count
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="members-chart" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">{}'
        '<line class="members-line" x1="0" x2="{}" y1="{}" y2="{}"></line></svg>',
        WIDTH, HEIGHT, label, bars, WIDTH, middle, middle,
    )  # fmt: skip
