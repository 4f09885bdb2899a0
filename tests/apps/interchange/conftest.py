from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broadsheet.interchange.fetching import Finder
from broadsheet.interchange.formats.wordpress import wxr
from broadsheet.interchange.operations.importing import Choices, Import, source_of
from broadsheet.interchange.operations.pictures import Pictures
from broadsheet.interchange.rules import Report
from broadsheet.newsroom.operations import opening

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Importer = Callable[..., Report]


@pytest.fixture
def paper(db: None) -> None:
    """A paper in English that has just opened."""
    opening.open_paper(editions=[opening.Edition("en", "The Paper")], address="http://127.0.0.1:8000")


@pytest.fixture
def bring(paper: None) -> Importer:
    """Import a file: `bring(path, folder, access="open")`."""

    def run(path: Path, media: Path | None = None, finder: Finder | None = None, **choices: Any) -> Report:
        export = wxr.scan(path)
        source, report = source_of(export), Report()
        pictures = Pictures(export, source, finder or Finder(media, fetch=False), report)
        return Import(export, Choices(language="en", **choices), pictures, NOW).run(lambda done, of, name: None)

    return run
