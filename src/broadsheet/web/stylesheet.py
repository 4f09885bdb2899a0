"""The paper's one style sheet: its parts and the sections' colours put together, under a name made from its bytes.

A publisher replaces any part by a static file of the same name: `broadsheet/tokens.css` for colours and faces,
`broadsheet/paper.css` for everything. It lies with the renditions, so that any server or bucket can give it out
for good; a changed style sheet has another name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.files.storage import storages

PARTS = ("tokens.css", "paper.css", "front.css", "story.css", "letters.css", "drawings.css", "print.css")
Colours = Sequence[tuple[str, str, str]]  # section slug, colour, colour in the dark


def stylesheet_url(colours: Colours) -> str:
    """The address of the style sheet for these colours; the file is written where it is not there yet."""
    return _stored(tuple(colours), _stamp() if settings.DEBUG else "")


@lru_cache(maxsize=8)
def _stored(colours: tuple[tuple[str, str, str], ...], _stamp: str) -> str:
    content = build(colours)
    name = f"paper-{hashlib.sha256(content.encode()).hexdigest()[:16]}.css"
    storage = storages["renditions"]
    if not storage.exists(name):
        storage.save(name, ContentFile(content.encode()))
    return storage.url(name)


def build(colours: Colours) -> str:
    """The style sheet's text, without comments and needless space."""
    parts = [Path(path).read_text(encoding="utf-8") for path in _paths()]
    return squeeze("\n".join([parts[0], section_colours(colours), *parts[1:]]))


def section_colours(colours: Colours) -> str:
    """Rules that give every section its colour, by day and by night."""
    day = "".join(f"[data-section={_quoted(slug)}]{{--section:{colour}}}" for slug, colour, _ in colours)
    night = "".join(f"[data-section={_quoted(slug)}]{{--section:{dark}}}" for slug, _, dark in colours)
    return f"{day}@media screen and (prefers-color-scheme:dark){{{night}}}"


def squeeze(css: str) -> str:
    """Drop comments and indentation; strings keep theirs, for none of ours holds a comment's marks."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", bare).replace(" {\n", "{").replace(";\n}", "}").replace(";\n", ";").strip()


def _quoted(text: str) -> str:
    return '"' + re.sub(r'["\\\n<]', lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def _paths() -> list[str]:
    found = [(part, finders.find(f"broadsheet/{part}")) for part in PARTS]
    return [str(path) for part, path in found if path]


def _stamp() -> str:
    """While a theme is being written: changes with every save of a part."""
    return "-".join(str(Path(path).stat().st_mtime_ns) for path in _paths())
