"""What several tests of the machines' pages read alike."""

from __future__ import annotations

import json
import re
from typing import Any

from broadsheet.paywall import rules
from broadsheet.prerender.operations import _render
from tests.paper import Paper

DECISIONS = {"walled": rules.OWN_LIMIT, "neutral": rules.NOT_A_VISIT, "full": rules.READ_BEFORE}


def page_of(story: Any, rf: Any, decision: rules.Decision) -> str:
    """The story's page as a decision shows it."""
    return _render(story, rf.get(story.url), decision).content.decode()


def meta(page: str, name: str) -> str | None:
    """The content of a meta element, as a browser reads it."""
    import html

    found = re.search(rf'<meta (?:name|property)="{re.escape(name)}" content="([^"]*)">', page)
    return html.unescape(found[1]) if found else None


def linked_data(page: str) -> list[dict[str, Any]]:
    """The JSON-LD of a page."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def gated_story(paper: Paper, **fields: Any) -> Any:
    """A story with everything that machines are told of."""
    values: dict[str, Any] = {
        "kicker": "The quay", "dek": "What “they” saw & said <there>.", "picture": paper.picture(alt="A sun").pk,
        "picture_caption": "At noon.", "topics": (paper.topic("borders"),), "places": (paper.place("tallinn"),),
        "bylines": ((paper.person("Ada Drawn"), "author"), (paper.person("Hester Quayle"), "translator")),
    }  # fmt: skip
    return paper.story(**{**values, **fields})
