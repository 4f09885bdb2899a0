"""Adds to the demo paper a page with every block that a body may hold. Run as a program in the paper's settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

PARAGRAPH = (
    "<p>The boat leaves at seven and comes back when the wind allows. <b>He has written it down</b> for <i>nineteen "
    'years</i>, and says that <a href="https://example.org/">the register</a> was never late.<sup>1</sup></p>'
)
COLUMNS = [("text", "Month"), ("number", "Boats"), ("number", "Salt, tonnes"), ("text", "Remark")]
ROWS = [
    ["<p>January</p>", 12, "1250.50", "<p>Strong wind</p>"],
    ["<p>February</p>", None, "840", "<p>Pier closed eleven days for repairs</p>"],
]
FIGURES = "Year; Boats; Passengers\n2019; 120; 210\n2021; 96; 180\n2024; 119; 402"


def item(value: Any) -> dict[str, Any]:
    """An item of a list block."""
    return {"type": "item", "value": value, "id": str(uuid4())}


def picture(pk: int, width: str = "column", caption: str = "") -> dict[str, Any]:
    """A picture block's value."""
    return {"picture": pk, "caption": caption, "alt": "", "width": width}


def blocks(pictures: list[int], places: list[int], story: int, document: int) -> list[tuple[str, Any]]:
    """Every kind of block, and its variants that look different."""
    first, second, third, fourth = pictures
    table = {
        "columns": [{"type": kind, "heading": head} for kind, head in COLUMNS],
        "rows": [{"values": values} for values in ROWS],
        "caption": "",
    }
    chart = {"title": "Passengers doubled", "unit": "a year", "data": FIGURES, "source": "Register", "note": "No mail."}
    video = "https://www.youtube.com/watch?v=abcdefghijk"
    events = [{"date": "1858", "text": "<p>A pier of coral.</p>"}, {"date": "May 1989", "text": "<p>A storm.</p>"}]
    return [
        ("paragraph", PARAGRAPH),
        *[("heading", {"text": f"A heading of level {level}", "level": level}) for level in ("2", "3", "4")],
        ("picture", picture(first, "wide", "<p>A caption of <i>its own</i>.</p>")),
        ("picture", picture(second, "half")),
        ("quote", {"text": "<p>You can count what left.</p>", "who": "Harbour master"}),
        ("pullout", {"title": "The register", "text": "<p>It holds</p><ul><li>the hour</li><li>the tide</li></ul>"}),
        ("list", {"ordered": False, "items": [item("<p>Salt</p>"), item("<p>Mangrove poles</p>")]}),
        ("list", {"ordered": True, "items": [item("<p>Passengers</p>"), item("<p>Goats</p>")]}),
        ("gallery", {"title": "Four mornings", "pictures": [item(picture(pk)) for pk in pictures]}),
        ("table", {"caption": "Arrivals", "table": table, "source": "Register"}),
        *[("chart", {"kind": kind, **chart}) for kind in ("bar", "line", "area", "dot")],
        ("timeline", {"title": "Two dates", "events": [item(event) for event in events], "source": "Register"}),
        ("map", {"title": "Ports", "places": [item(pk) for pk in places], "span": None, "note": "A note."}),
        ("embed", {"url": video, "title": "The boat leaving", "poster": third}),
        ("embed", {"url": "https://example.org/a-thing", "title": "Kept elsewhere", "poster": fourth}),
        ("related", {"story": story, "label": ""}),
        ("preformatted", "07:00  wind NE 4   ferry out   31 aboard, and one who would not give a name at all " * 2),
        ("file", {"document": document, "title": ""}),
        ("divider", None),
        ("paragraph", PARAGRAPH),
        ("footnotes", {"notes": [item("<p>Late once, for a wedding.</p>"), item("<p>By law.</p>")]}),
    ]


def main() -> None:
    """Make the page, once."""
    import django

    from broadsheet import cli

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", cli.find_settings(Path.cwd()))
    django.setup()
    from django.apps import apps
    from django.core.files.base import ContentFile
    from wagtail.documents import get_document_model

    from broadsheet.newsroom.operations import filing

    def first(model: str, count: int) -> list[int]:
        rows = apps.get_model("broadsheet_newsroom", model).objects.filter(**EDITION.get(model, {}))
        return list(rows.order_by("pk").values_list("pk", flat=True)[:count])

    document = get_document_model().objects.create(title="Minutes", file=ContentFile(b"x" * 90_000, name="minutes.pdf"))
    found = blocks(first("Picture", 4), first("Place", 3), first("StoryPage", 1)[0], document.pk)
    body = [{"type": kind, "value": value, "id": str(uuid4())} for kind, value in found]
    filing.file_info(
        language="en", slug="every-block", title="Every block", body=body, summary="All that a body may hold."
    )


EDITION = {"StoryPage": {"locale__language_code": "en", "live": True}, "Place": {"locale__language_code": "en"}}

if __name__ == "__main__":
    main()
