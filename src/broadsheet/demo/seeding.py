"""Makes The Ferry, the demo paper, out of its files. Whatever is there already is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time
from html import escape
from typing import Any
from uuid import uuid4

from django.utils import translation

from broadsheet import clock
from broadsheet.accounts import operations as accounts
from broadsheet.demo import contents, letters, pictures
from broadsheet.demo.contents import Block, Content
from broadsheet.membership import operations as membership
from broadsheet.money import Money
from broadsheet.newsletters.operations.lists import NewList, ensure_list, ensure_promo
from broadsheet.newsletters.rules.schedule import Rhythm
from broadsheet.newsroom.operations import filing, opening
from broadsheet.paywall import operations as paywall

EDITOR = "editor@example.org"
CREDIT = "The Ferry, drawing"
POSTAL = "1 Example Quay\n00000 Nowhere"
LANGUAGES = ("en", "ar")


@dataclass
class Ids:
    """What has been made so far, by slug; places, topics and sections by language and slug."""

    sections: dict[tuple[str, str], int] = field(default_factory=dict)
    topics: dict[tuple[str, str], int] = field(default_factory=dict)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    partners: dict[str, int] = field(default_factory=dict)
    stories: dict[tuple[str, str], int] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)
    lists: dict[tuple[str, str], int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def seed(*, address: str, password: str, progress: Callable[[str, int, int], None]) -> None:
    """Make the whole paper at `address`. `progress(what, done, of)` is called as it goes."""
    paper, stories = contents.paper(), contents.stories()
    ids = Ids()
    _open(paper, address, password)
    _people_and_places(paper, stories, ids)
    for number, content in enumerate(stories, 1):
        progress("stories", number, len(stories))
        _story(content, ids, address)
    for content in contents.pages():
        _page(content)
    _newsletters(paper, ids)
    _letters(paper, stories, ids)
    _editions(paper)
    for language in LANGUAGES:
        with translation.override(language):
            _front(paper, stories, ids, language)


def _open(paper: dict[str, Any], address: str, password: str) -> None:
    editions = [opening.Edition(name, **_about(paper["paper"][name])) for name in LANGUAGES]
    opening.open_paper(
        editions=editions, address=address, publisher="The Ferry", contact="desk@example.org", postal=POSTAL
    )
    accounts.ensure_chief(email=EDITOR, password=password, first_name="Edda", last_name="Itor")
    paywall.set_terms({language: _wall_text(paper, language) for language in LANGUAGES}, allowance=1, window=30)
    offer = paper["offer"]
    monthly, yearly = (Money(offer[name], offer["currency"]) for name in ("monthly", "yearly"))
    membership.set_offer(
        tier="member", name="The Ferry", monthly=monthly, yearly=yearly, trial_days=offer["trial_days"], now=clock.now()
    )


def _about(words: dict[str, str]) -> dict[str, str]:
    return {name: words[name] for name in ("name", "tagline", "imprint")}


def _wall_text(paper: dict[str, Any], language: str) -> dict[str, str]:
    wall = paper["wall"]
    words = {
        f"{field}_{ours}": wall[reason][language][theirs]
        for field, reason in (("own", "own-limit"), ("network", "network"), ("members", "members-only"))
        for ours, theirs in (("headline", "headline"), ("line", "sentence"))
    }
    benefits = [item[language]["text"] + (_NEW[language] if item["new"] else "") for item in paper["offer"]["benefits"]]
    return {**words, "benefits": "\n".join(benefits)}


_NEW = {"en": " (new)", "ar": " (جديد)"}


def _people_and_places(paper: dict[str, Any], stories: list[Content], ids: Ids) -> None:
    for language in LANGUAGES:
        for row in paper["sections"]:
            ids.sections[language, row["slug"]] = filing.ensure_section(
                language=language, slug=row["slug"], name=row[language]["name"], line=row[language]["intro"],
                colours=(row["colour"], row["colour_dark"]),
            )  # fmt: skip
        for row in paper["topics"]:
            ids.topics[language, row["slug"]] = filing.ensure_topic(
                language=language, slug=row["slug"], name=row[language]["name"], line=row[language]["description"]
            )
    for content in stories:
        for row in content.meta.get("places", ()):
            ids.places[content.meta["language"], row["slug"]] = filing.ensure_place(
                language=content.meta["language"], slug=row["slug"], name=row["name"], country=row["country"],
                latitude=row["lat"], longitude=row["lon"],
            )  # fmt: skip
        for row in content.meta.get("partners", ()):
            values = {name: row.get(name, "") for name in ("city", "country", "language", "about")}
            ids.partners[row["name"]] = filing.ensure_publication(name=row["name"], **values)


def _access(meta: dict[str, Any]) -> str:
    """What is metered is so for want of a rule, so that whoever makes a rule in the demo sees what it does."""
    return "inherit" if meta["access"] == "metered" else meta["access"]


def _story(content: Content, ids: Ids, address: str) -> None:
    meta, language = content.meta, content.meta["language"]
    found = filing.find_story(language=language, slug=content.slug)
    if found is not None:
        ids.stories[language, content.slug] = found
        return
    twin = ids.stories.get(("en", meta.get("translation_of", ""))) if language != "en" else None
    twin = twin or (filing.find_story(language="en", slug=meta.get("translation_of", "")) if language != "en" else None)
    dateline = ids.places.get((language, meta.get("dateline", "")))
    ids.stories[language, content.slug] = filing.file_story(
        filing.Filing(
            section=ids.sections[language, meta["section"]], slug=content.slug, headline=meta["headline"],
            kicker=meta["kicker"], dek=meta["dek"], access=_access(meta), published=meta["published"],
            body=[_stream(block, language, content, ids) for block in content.blocks],
            picture=_picture(
                content.slug, meta["headline"], meta["lead_alt"], meta["lead_caption"], ids, meta.get("picture", "")
            ),
            picture_caption=meta["lead_caption"], picture_alt=meta["lead_alt"],
            dateline=dateline, bylines=tuple(_bylines(meta)),
            topics=tuple(ids.topics[language, slug] for slug in meta["topics"]),
            places=tuple(ids.places[language, row["slug"]] for row in meta.get("places", ())),
            origin=ids.partners.get(meta["origin"]), origin_language=meta["origin_language"],
            origin_headline=meta["origin_headline"],
            translation_key=filing.story_key(twin) if twin else None,
        )
    )  # fmt: skip


def _bylines(meta: dict[str, Any]) -> Iterator[tuple[int, str]]:
    for role in ("author", "translator", "photographer"):
        for name in meta.get(f"{role}s", ()):
            yield filing.ensure_person(name=name), role


def _picture(name: str, title: str, alt: str, caption: str, ids: Ids, scene: str = "") -> int:
    if name not in ids.pictures:
        ids.pictures[name] = filing.find_picture(title=title[:255]) or filing.store_picture(
            name=f"{name}.jpg", content=pictures.render(name, scene), title=title, alt=alt, caption=caption,
            credit=CREDIT, licence="own",
        )  # fmt: skip
    return ids.pictures[name]


def _stream(block: Block, language: str, content: Content, ids: Ids) -> dict[str, Any]:
    """A block as StreamField data, its slugs resolved."""
    value = block.value
    if block.kind == "picture":
        value = _shown(value, content, ids)
    elif block.kind == "gallery":
        value = {**value, "pictures": [_item(_shown(picture, content, ids)) for picture in value["pictures"]]}
    elif block.kind == "embed":
        value = {**value, "poster": None}
    elif block.kind == "map":
        value = {**value, "places": [_item(ids.places[language, slug]) for slug in value["places"]]}
    elif block.kind == "related":
        story = ids.stories.get((language, value["story"]))
        if story is None:
            return {"type": "divider", "value": None, "id": str(uuid4())}
        value = {**value, "story": story}
    elif block.kind == "list":
        value = {**value, "items": [_item(text) for text in value["items"]]}
    elif block.kind == "timeline":
        value = {**value, "events": [_item(event) for event in value["events"]]}
    elif block.kind == "table":
        value = _table(value)
    return {"type": block.kind, "value": value, "id": str(uuid4())}


def _shown(picture: dict[str, str], content: Content, ids: Ids) -> dict[str, Any]:
    """A picture of the body as a block's value, the picture itself made if need be."""
    name = next(name for name, other in content.pictures.items() if other is picture)
    alt = picture["alt"]
    made = _picture(name, alt[:200], alt, picture["caption"], ids, picture.get("scene", ""))
    return {"picture": made, "caption": "", "alt": alt, "width": "column"}


def _item(value: Any) -> dict[str, Any]:
    return {"type": "item", "value": value, "id": str(uuid4())}


def _table(value: dict[str, Any]) -> dict[str, Any]:
    columns = [{"type": "text", "heading": head} for head in value["heads"]]
    rows = [{"values": [f"<p>{cell}</p>" for cell in row]} for row in value["rows"]]
    table = {"columns": columns, "rows": rows, "caption": ""}
    return {"caption": value.get("caption", ""), "table": table, "source": value.get("source", "")}


def _page(content: Content) -> None:
    meta = content.meta
    ids = Ids()
    body = [_stream(block, meta["language"], content, ids) for block in content.blocks]
    filing.file_info(
        language=meta["language"],
        slug=meta["slug"],
        title=meta["title"],
        body=body,
        summary=meta.get("summary", ""),
        listed=True,
    )


def _newsletters(paper: dict[str, Any], ids: Ids) -> None:
    """The nine lists in both languages, each offered in the stories of its topics."""
    for language in LANGUAGES:
        for number, row in enumerate(paper["newsletters"]):
            _newsletter(row, number, language, ids)
        filing.withdraw_info(language=language, slug="newsletters")


def _newsletter(row: dict[str, Any], number: int, language: str, ids: Ids) -> None:
    new = NewList(
        row["slug"], language, row[language]["name"], row[language]["line"], row["rhythm"], _day(row),
        time.fromisoformat(row["time"]), position=number, audience="free" if row["free"] else "members",
        full_for_members=row["slug"] == "the-last-boat", most_stories=1 if row["slug"] == "the-last-boat" else 5,
    )  # fmt: skip
    topics = [ids.topics[language, slug] for slug in row["topics"]]
    made = ids.lists[language, row["slug"]] = ensure_list(new=new, topics=topics)
    ensure_promo(newsletter=made, place="middle", weight=2 if row["free"] else 1)


def _letters(paper: dict[str, Any], stories: list[Content], ids: Ids) -> None:
    """What the lists have sent so far, by the moments at which the stories came out."""
    published = {(content.meta["language"], content.slug): content.meta["published"] for content in stories}
    rhythms = {
        row["slug"]: Rhythm(row["rhythm"], _day(row) or 0, time.fromisoformat(row["time"]))
        for row in paper["newsletters"]
    }
    letters.make(contents.letters(), letters.Made(ids.lists, ids.stories, published, rhythms), clock.now())


def _day(row: dict[str, Any]) -> int | None:
    return _WEEK.index(row["day"]) if row["day"] else None


def _editions(paper: dict[str, Any]) -> None:
    """Until the magazine stands, each number has a page that says what is planned."""
    for row in paper["editions"]:
        name, number = row["en"]["title"], row["number"]
        cover = _picture(f"cover-{number}", name, f"Cover of number {number}: {name}", "", Ids())
        shown = {"picture": cover, "caption": "", "alt": "", "width": "half"}
        body: list[dict[str, Any]] = [
            {"type": "picture", "value": shown, "id": str(uuid4())},
            {"type": "paragraph", "value": f"<p>{escape(row['en']['note'])}</p>", "id": str(uuid4())},
        ]
        filing.file_info(
            language="en", slug=f"weekly-{row['slug']}", title=f"{_number(row)}: {name}",
            summary=f"{row['date']:%d %B %Y}", body=body,
        )  # fmt: skip


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _front(paper: dict[str, Any], stories: list[Content], ids: Ids, language: str) -> None:
    """The front: a lead package, rows of different weights, the map, the newsletters, the river."""
    ours = [content for content in reversed(stories) if content.meta["language"] == language]
    lead = next((content for content in ours if content.slug == "two-cities-one-river"), ours[0])
    rest = [content.slug for content in ours if content is not lead]
    picks = [ids.stories[language, slug] for slug in rest]
    packages: list[tuple[str, dict[str, Any]]] = [
        ("lead", {"lead": _pick(ids.stories[language, lead.slug]), "beside": [_item(_pick(pk)) for pk in picks[:3]]})
    ]
    if language == "en":
        packages += [
            ("row", {"title": "", "weight": "first", "stories": [_item(_pick(pk)) for pk in picks[3:6]]}),
            ("map", {"title": "Where today’s stories come from", "count": 16}),
            ("row", {"title": "Long reads", "weight": "even", "stories": [_item(_pick(pk)) for pk in picks[6:10]]}),
        ]
    packages.append(("newsletters", _LETTERS[language]))
    packages.append(("river", {"title": {"en": "The latest", "ar": "الأحدث"}[language], "count": 12}))
    if language == "en":
        packages.append(("notice", _edition_notice(paper)))
    data = [{"type": kind, "value": value, "id": str(uuid4())} for kind, value in packages]
    filing.edit_front(language=language, packages=data)


_LETTERS = {
    "en": {"kicker": "Newsletters", "title": "Nine letters"},
    "ar": {"kicker": "النشرات البريدية", "title": "تسع نشرات"},
}


def _pick(story: int) -> dict[str, Any]:
    return {"story": story, "headline": "", "dek": ""}


def _number(edition: dict[str, Any]) -> str:
    """The weekly's name and number; no line ends between the two."""
    return f"The Ferry Weekly, number\N{NO-BREAK SPACE}{edition['number']}"


def _edition_notice(paper: dict[str, Any]) -> dict[str, Any]:
    newest = paper["editions"][-1]
    title = _number(newest)
    page = filing.file_info(language="en", slug=f"weekly-{newest['slug']}", title=title, body=[])
    cover = filing.find_picture(title=newest["en"]["title"])
    item = _item({"name": newest["en"]["title"], "rhythm": f"{newest['date']:%d %B %Y}", "line": newest["en"]["note"]})
    return {
        "kicker": "The weekly",
        "title": title,
        "items": [item],
        "picture": cover,
        "page": page,
        "link": "Open the number",
    }
