"""From an address in the settings to a shelf."""

from __future__ import annotations

from pathlib import Path

from broadsheet.edge.shelf import Shelf


def open_shelf(url: str) -> Shelf:
    """The shelf at `sqlite:///path`. Raises ValueError for any other address."""
    if url.startswith("sqlite:///"):
        from broadsheet.edge.shelves.sqlite import SqliteShelf

        return SqliteShelf(Path(url.removeprefix("sqlite:///")))
    raise ValueError(f"SHELF_URL: {url.split(':', maxsplit=1)[0]}: write sqlite:///path/to/file.")
