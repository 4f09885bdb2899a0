"""The demo paper's past issues: an archive to look through, and one issue that waits at the desk. None is mailed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from broadsheet.demo.contents import inline, typeset
from broadsheet.newsletters.operations.archiving import Words, ensure_past, ensure_waiting
from broadsheet.newsletters.rules.schedule import Rhythm, turns

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """What the letters are about: the numbers of lists and stories, when each came out, when each list goes out."""

    lists: Mapping[tuple[str, str], int]
    stories: Mapping[tuple[str, str], int]
    published: Mapping[tuple[str, str], datetime]
    rhythms: Mapping[str, Rhythm]


def make(letters: list[dict[str, Any]], made: Made, now: datetime) -> None:
    """Make every letter that is missing, in the order in which they went out."""
    for number, letter in enumerate(letters):
        newsletter = made.lists[letter["language"], letter["list"]]
        rhythm = made.rhythms[letter["list"]]
        words = _words(letter, number, made)
        if letter.get("waits"):
            ensure_waiting(newsletter_id=newsletter, words=words, due=turns(rhythm, now, 1)[0].due)
        else:
            newest = max(made.published[letter["language"], slug] for slug in _named(letter))
            ensure_past(newsletter_id=newsletter, words=words, sent=turns(rhythm, newest, 1)[0].due)


def _named(letter: dict[str, Any]) -> list[str]:
    """The stories that a letter speaks of."""
    return [*letter["stories"], *(brief["story"] for brief in letter.get("briefs", ()))]


def _words(letter: dict[str, Any], number: int, made: Made) -> Words:
    return Words(
        f"demo-{number}", typeset(letter["subject"]), typeset(letter["preheader"]), list(_blocks(letter, made))
    )


def _blocks(letter: dict[str, Any], made: Made) -> Iterator[Block]:
    def story(slug: str) -> int:
        return made.stories[letter["language"], slug]

    yield _block("note", {"text": f"<p>{inline(letter['note'])}</p>", "signed": typeset(letter["signed"])})
    for place, slug in enumerate(letter["stories"]):
        yield _block("story", {"story": story(slug), "headline": "", "dek": "", "weight": "row" if place else "lead"})
        if place == 0 and "briefs" in letter:
            points = [
                {"text": f"<p>{inline(row['text'])}</p>", "story": story(row["story"])} for row in letter["briefs"]
            ]
            yield _block("briefs", {"title": "", "points": [_item(point) for point in points]})
    if quote := letter.get("quote"):
        yield _block("quote", {name: typeset(text) for name, text in quote.items()})
    if quiz := letter.get("quiz"):
        answers = [_item(typeset(answer)) for answer in quiz["answers"]]
        words = {name: typeset(quiz[name]) for name in ("question", "why")}
        yield _block("quiz", {**words, "answers": answers, "right": quiz["right"]})
    if promo := letter.get("promo"):
        yield _block("promo", {**promo, "title": typeset(promo["title"]), "text": typeset(promo["text"])})


def _block(kind: str, value: Block) -> Block:
    return {"type": kind, "value": value, "id": str(uuid4())}


def _item(value: Any) -> Block:
    return _block("item", value)
