"""Makes the paper that stands behind nginx: short stories with canaries. Run in a process of its own:

python -m tests.proxy.making FILE    writes what was made to FILE, as JSON
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALLOWANCE = 3
QUAYS = tuple(f"quay-{number}" for number in range(20))


@dataclass(frozen=True)
class Story:
    """A story by its path; `words` are canaries that stand in its body only."""

    path: str
    key: bytes
    words: frozenset[str]


def make() -> dict[str, dict[str, Any]]:
    """A paper in two languages: metered stories, one of which is translated, one for members, one for everybody."""
    from broadsheet import clock
    from broadsheet.membership import operations as membership
    from broadsheet.money import Money
    from broadsheet.newsroom.operations import filing, opening
    from broadsheet.paywall import operations as paywall
    from broadsheet.web.opening import prepare
    from tests.leaks.canaries import Words
    from tests.leaks.maker import FILLER, LEAD, paragraph

    prepare()
    editions = [opening.Edition("en", "The Canary", "Sings"), opening.Edition("ar", "Alcanari", "Yughanni")]
    opening.open_paper(
        editions=editions, address=os.environ["BASE_URL"], publisher="Canary Press", contact="desk@paper.example"
    )
    paywall.set_terms({}, allowance=ALLOWANCE, window=30)
    monthly, yearly = Money(290, "USD"), Money(1990, "USD")
    membership.set_offer(tier="member", name="Member", monthly=monthly, yearly=yearly, trial_days=30, now=clock.now())
    world = {
        language: filing.ensure_section(language=language, slug="world", name="World") for language in ("en", "ar")
    }
    words, found = Words(20_262), {}

    def file(slug: str, access: str, language: str = "en", twin: int = 0) -> int:
        own = [words.plant(slug, f"paragraph {number}") for number in range(3)]
        body = [paragraph(LEAD), paragraph(FILLER * 4), *map(paragraph, own)]
        pk = filing.file_story(
            filing.Filing(
                section=world[language], slug=slug, headline=f"Head of {slug}", body=body, access=access,
                translation_key=filing.story_key(twin) if twin else None,
            )
        )  # fmt: skip
        prefix = "/ar" if language == "ar" else ""
        found[slug] = {"path": f"{prefix}/world/{slug}/", "key": filing.story_key(pk).hex, "words": own}
        return pk

    for slug, access in (("members", "members"), ("open", "open"), *((quay, "metered") for quay in QUAYS)):
        file(slug, access)
    file("copy", "metered", "ar", twin=file("original", "metered"))
    return found


def read(text: str) -> dict[str, Story]:
    """What `make` wrote."""
    return {
        name: Story(row["path"], bytes.fromhex(row["key"]), frozenset(row["words"]))
        for name, row in json.loads(text).items()
    }


if __name__ == "__main__":
    import django

    django.setup()
    Path(sys.argv[1]).write_text(json.dumps(make()), encoding="utf-8")
