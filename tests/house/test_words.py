"""Every word that a reader sees can be translated."""

from __future__ import annotations

import re
from pathlib import Path

import broadsheet

TEMPLATES = Path(broadsheet.__file__).parent / "web" / "templates"
BLOCKS = re.compile(r"{% *(blocktrans(?:late)?|comment)\b.*?{% *end\1 *%}", re.DOTALL)
UNSAID = re.compile(r"{% *block (?:body_class|lang|dir) *%}.*?{% *endblock *%}", re.DOTALL)  # attributes' values
SPOKEN = re.compile(r"""\b(?:aria-label|title|alt|placeholder)=["']([^"'{]*[A-Za-z]{2,}[^"'{]*)["']""")
SAME_EVERYWHERE = {"404", "Atom", "JSON Feed"}


def test_templates_say_nothing_that_is_not_marked_for_translation() -> None:
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"{#.*?#}", "", UNSAID.sub("", BLOCKS.sub("", path.read_text(encoding="utf-8"))), flags=re.DOTALL)
        assert not SPOKEN.findall(text), f"{path.name}: {SPOKEN.findall(text)}"
        bare = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
        bare = re.sub(r"{%.*?%}|{{.*?}}", "\0", bare, flags=re.DOTALL)
        said = [piece.strip() for piece in re.split(r"<[^>]*>|\0", bare)]
        words = [piece for piece in said if re.search(r"[^\W\d_]{2,}", piece) and piece not in SAME_EVERYWHERE]
        assert words == [], f"{path.relative_to(TEMPLATES)} says {words}: wrap it in translate"
