"""A paper whose gated stories are full of canaries, each story in another state. Runs inside a paper's process."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.leaks.canaries import Words
from tests.leaks.people import GOOGLE, USED_UP

ADDRESS = "http://paper.test"
HIDDEN = ("draft", "scheduled", "embargoed", "unpublished", "expired", "in-review", "deleted", "restricted")
METERED = ("metered", "moved", "revised", "regated", "copy")
GATED = (*METERED, "members")
STATES = (*GATED, "open", *HIDDEN)
NEVER = ("picture title", "picture file", "draft body")  # shown on no page, whoever reads
CHIEF, OUTSIDER, PASSWORD = "chief@paper.test", "outsider@paper.test", "a long password 1"
LEAD = "The ferry had stood at the quay since four and nobody had come to say why it would not leave today."
FILLER = "What follows is told by those who were there, in the order in which they tell it, and nothing is left out. "


@dataclass
class Made:
    """What stands in the paper."""

    words: Words = field(default_factory=lambda: Words(20_261))
    pages: dict[str, int] = field(default_factory=dict)  # story: primary key
    paths: dict[str, str] = field(default_factory=dict)  # story: where it stands, or would
    keys: dict[str, bytes] = field(default_factory=dict)  # story: its translation key
    old_paths: dict[str, str] = field(default_factory=dict)  # where a moved one stood
    files: dict[str, tuple[int, str]] = field(default_factory=dict)  # story: its file's id, and address
    ids: dict[str, int] = field(default_factory=dict)  # whatever else has a primary key
    sessions: dict[str, str] = field(default_factory=dict)  # user: session key
    gifts: dict[str, tuple[str, str]] = field(default_factory=dict)  # what became of it: token, story

    def secrets(self, story: str) -> frozenset[str]:
        """The canaries that only a decision opens."""
        return frozenset(word for place, word in self.words.of(story).items() if place not in NEVER)


def make() -> Made:
    """The paper as it is before anything is read: every story that is ever to be seen, live."""
    from django.core.management import call_command

    from broadsheet import clock
    from broadsheet.membership import operations as membership
    from broadsheet.money import Money
    from broadsheet.newsroom.operations import filing, opening
    from broadsheet.paywall import operations as paywall

    call_command("migrate", verbosity=0, interactive=False)
    made = Made()
    editions = [opening.Edition("en", "The Canary", "Sings"), opening.Edition("ar", "Alcanari", "Yughanni")]
    opening.open_paper(editions=editions, address=ADDRESS, publisher="Canary Press", contact="desk@paper.test")
    paywall.set_terms({}, allowance=2, window=30, gift_readers=1000)
    monthly, yearly = Money(290, "USD"), Money(1990, "USD")
    membership.set_offer(tier="member", name="Member", monthly=monthly, yearly=yearly, trial_days=30, now=clock.now())
    for language in ("en", "ar"):
        for slug in ("world", "planet"):
            made.ids[f"{language}/{slug}"] = filing.ensure_section(language=language, slug=slug, name=slug.title())
    made.ids["topic"] = filing.ensure_topic(language="en", slug="rivers", name="Rivers")
    made.ids["place"] = filing.ensure_place(
        language="en", slug="heihe", name="Heihe", country="CN", latitude=50.2, longitude=127.5
    )
    made.ids["person"] = filing.ensure_person(name="Ada Writer")
    _file(made, "open", "open")
    for story in (*GATED, *HIDDEN):
        if story != "copy":
            access = {"members": "members", "regated": "open", "restricted": "open"}.get(story, "metered")
            _file(made, story, access, live=story not in {"draft", "scheduled", "embargoed", "in-review"})
    _file(made, "copy", "metered", section="ar/world", twin=made.pages["metered"])
    _gifts(made)
    _letter(made)
    _front(made)
    _people(made)
    return made


def _gifts(made: Made) -> None:
    """Links to stories in every state, one that was taken back, and one from a newsletter."""
    from uuid import UUID

    from broadsheet import clock
    from broadsheet.paywall import operations, queries

    for name, story in (("open", "metered"), ("to a members' story", "members"), ("revoked", "members"),
                        ("to a draft", "draft"), ("to what is taken down", "unpublished")):  # fmt: skip
        given = operations.give(giver=1, story=UUID(bytes=made.keys[story]), language="en", now=clock.now())
        made.gifts[name] = given.token, story
        if name == "revoked":
            operations.revoke(pk=given.pk, now=clock.now())
    key = UUID(bytes=made.keys["metered"])
    letter = queries.letter_token(issue=b"1", recipient=b"2", story=key, language="en", sent=clock.now())
    made.gifts["letter"] = letter, "metered"


def _letter(made: Made) -> None:
    """A newsletter's issue that went out: everybody was sent a lead, members a members' story whole."""
    from datetime import time

    from broadsheet import clock
    from broadsheet.newsletters.models import Content, Issue
    from broadsheet.newsletters.operations.lists import NewList, ensure_list
    from broadsheet.newsroom.cards import gated_body
    from broadsheet.newsroom.models import StoryPage
    from broadsheet.paywall.rules import MEMBER

    new = NewList("quay-letter", "en", "Quay Letter", "From the quay", "daily", None, time(7), full_for_members=True)
    issue = Issue.objects.create(
        newsletter_id=ensure_list(new=new), period="1", number=1, slug="1-first", state=Issue.State.DONE, subject="First",
        frozen_at=clock.now(),
    )  # fmt: skip
    whole = gated_body(StoryPage.objects.get(pk=made.pages["members"]), MEMBER)
    for variant, text in (("free", LEAD), ("member", whole)):
        page = f"<!doctype html><html lang=en><head><title>First</title></head><body>{text}</body></html>"
        Content.objects.create(issue=issue, variant=variant, html=page, text="")


def _front(made: Made) -> None:
    """A front whose editor has also picked what is not, or no longer, to be seen."""
    from broadsheet.newsroom.operations import filing

    def pick(story: str) -> dict[str, Any]:
        return {"story": made.pages[story], "headline": "", "dek": ""}

    lead = {"lead": pick("metered"), "beside": [_item(pick("draft")), _item(pick("members"))]}
    row = {
        "title": "",
        "weight": "even",
        "stories": [_item(pick(story)) for story in ("unpublished", "expired", "open")],
    }
    packages = [_block("lead", lead), _block("row", row), _block("map", {"title": "", "count": 12})]
    packages.append(_block("river", {"title": "", "count": 12}))
    filing.edit_front(language="en", packages=packages)


def change(made: Made) -> None:
    """What happens to stories after readers have had them: everything that must take a page away again."""
    from wagtail.models import Page, PageViewRestriction, Workflow

    from broadsheet import clock
    from broadsheet.newsroom.models import StoryPage
    from broadsheet.newsroom.operations.publishing import publish_due

    pages = {story: StoryPage.objects.get(pk=pk) for story, pk in made.pages.items()}
    now = clock.now()
    pages["scheduled"].go_live_at = now + timedelta(days=2)
    pages["embargoed"].embargo_until = now + timedelta(days=9)
    for story in ("scheduled", "embargoed"):
        pages[story].full_clean()
        pages[story].save_revision().publish()
    pages["unpublished"].unpublish()
    pages["expired"].expire_at = now - timedelta(minutes=1)
    pages["expired"].save()
    publish_due(now=now)
    PageViewRestriction.objects.create(page=pages["restricted"], restriction_type="login")
    pages["restricted"].save_revision().publish()
    made.old_paths["moved"] = made.paths["moved"]
    pages["moved"].move(Page.objects.get(pk=made.ids["en/planet"]), pos="last-child")
    made.paths["moved"] = StoryPage.objects.get(pk=made.pages["moved"]).url
    pages["regated"].access = "metered"
    pages["regated"].save_revision().publish()
    revised = pages["revised"]
    body = [*revised.body.raw_data, paragraph(made.words.plant("revised", "draft body"))]
    revised.body = body
    revised.save_revision()
    pages["deleted"].delete()
    chief = _user(CHIEF)
    Workflow.objects.get(name="Desk, then chief").start(pages["in-review"], chief)


def refresh(made: Made) -> None:
    """Make anew what is stored of live stories: leads, the index, the shelf."""
    from broadsheet.newsroom import cards
    from broadsheet.newsroom.models import StoryPage
    from broadsheet.newsroom.operations import indexing
    from broadsheet.prerender import operations

    for page in StoryPage.objects.filter(live=True):
        StoryPage.objects.filter(pk=page.pk).update(lead_html=cards.lead_html(page))
    indexing.reindex()
    operations.shelf().clear()


def paragraph(word: str) -> dict[str, Any]:
    return _block("paragraph", f"<p>{FILLER}{word} {FILLER}</p>")


def _file(made: Made, story: str, access: str, section: str = "en/world", live: bool = True, twin: int = 0) -> None:
    """File one story. What is hidden is all secret; of the others the opening is public."""
    from broadsheet.newsroom.models import Correction, StoryPage
    from broadsheet.newsroom.operations import filing

    hidden = story in HIDDEN
    plant = lambda place: made.words.plant(story, place)  # noqa: E731
    public = (lambda place: plant(place)) if hidden else (lambda place: f"public-{story}")
    picture = _picture(made, story, "lead", public("lead alt"), public("lead caption"))
    pk = filing.file_story(
        filing.Filing(
            section=made.ids[section],
            slug=f"story-{story}",
            headline=f"Head {story} {public('headline')}",
            kicker=public("kicker"),
            dek=f"Dek of {story} {public('dek')}.",
            access=access,
            live=False,
            body=_body(made, story, public("lead")),
            picture=picture,
            dateline=made.ids["place"],
            bylines=((made.ids["person"], "author"),),
            topics=(made.ids["topic"],) if section[:2] == "en" else (),
            translation_key=filing.story_key(twin) if twin else None,
        )
    )
    page = StoryPage.objects.get(pk=pk)
    page.corrections = [Correction(text=f"We were wrong about {public('correction')}.")]
    revision = page.save_revision()
    if live:
        revision.publish()
    page.refresh_from_db()
    made.pages[story], made.paths[story] = pk, page.get_url() or ""
    made.keys[story] = page.translation_key.bytes


def _body(made: Made, story: str, lead: str) -> list[dict[str, Any]]:
    """Every kind of block, a canary in each place that a block has for words."""
    plant = lambda place: made.words.plant(story, place)  # noqa: E731
    opening = f"<p>{LEAD} {lead}</p>"
    if story == "members":  # an opening that is cut inside its first paragraph
        opening = f"<p>{LEAD} {lead} {FILLER * 9}{plant('rest of the first paragraph')}</p>"
    file_pk = _document(made, story)
    shown = _picture(made, story, "body", plant("alt of the picture itself"), plant("caption of the picture itself"))
    inner = {"picture": shown, "caption": f"<p>{plant('caption')}</p>", "alt": plant("alt text"), "width": "column"}
    own = {"picture": shown, "caption": "", "alt": "", "width": "column"}
    related = made.pages.get("open") or made.pages.get("metered")
    return [
        _block("paragraph", opening),
        paragraph(plant("first paragraph after the lead")),
        _block("heading", {"text": plant("heading"), "level": "2"}),
        _block("picture", inner),
        _block("picture", own),
        _block(
            "gallery",
            {
                "title": plant("gallery title"),
                "pictures": [_item({**inner, "caption": f"<p>{plant('gallery caption')}</p>"})],
            },
        ),
        _block("quote", {"text": f"<p>{plant('quote')}</p>", "who": plant("who said it")}),
        paragraph(plant("middle")),
        _block("pullout", {"title": "Out", "text": f"<p>{plant('pull-out')}</p>"}),
        _block("list", {"ordered": False, "items": [_item(f"<p>{plant('list')}</p>")]}),
        _block("table", _table(plant("table cell"))),
        _block(
            "chart",
            {
                "kind": "bar",
                "title": plant("chart title"),
                "unit": "t",
                "data": f"Year; Coal\n{plant('chart figures')}; 3\n2021; 2",
                "source": plant("chart source"),
                "note": plant("chart note"),
            },
        ),
        _block(
            "timeline",
            {
                "title": "Then",
                "events": [
                    _item({"date": "1990", "text": f"<p>{plant('timeline')}</p>"}),
                    _item({"date": "1991", "text": "<p>Nothing</p>"}),
                ],
                "source": "",
            },
        ),
        _block(
            "map",
            {
                "title": plant("map title"),
                "places": [_item(made.ids["place"])],
                "span": None,
                "note": plant("map note"),
            },
        ),
        *([_block("related", {"story": related, "label": plant("related label")})] if related else []),
        _block("embed", {"url": "https://vimeo.com/76979871", "title": plant("embed title"), "poster": None}),
        _block("preformatted", plant("preformatted")),
        _block("file", {"document": file_pk, "title": plant("title of the file here")}),
        _block("file", {"document": file_pk, "title": ""}),
        _block("footnotes", {"notes": [_item(f"<p>{plant('footnote')}</p>")]}),
        paragraph(plant("last paragraph")),
    ]


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid4())}


def _item(value: Any) -> dict[str, Any]:
    return {"type": "item", "value": value, "id": str(uuid4())}


def _table(word: str) -> dict[str, Any]:
    columns = [{"type": "text", "heading": "A"}, {"type": "text", "heading": "B"}]
    rows = [{"values": ["<p>row</p>", f"<p>{word}</p>"]}]
    return {"caption": "", "table": {"columns": columns, "rows": rows, "caption": ""}, "source": ""}


def _picture(made: Made, story: str, use: str, alt: str, caption: str) -> int:
    from broadsheet.newsroom.operations import filing

    name, title = made.words.plant(story, "picture file"), made.words.plant(story, "picture title")
    return filing.store_picture(
        name=f"{name}.png",
        content=drawn(len(made.words.planted)),
        title=f"{use} {title}",
        alt=alt,
        caption=caption,
        credit="Canary",
        licence="own",
    )


def drawn(shade: int) -> bytes:
    """A small picture."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (48, 32), (shade % 255, 90, 140)).save(file, "PNG")
    return file.getvalue()


def _document(made: Made, story: str) -> int:
    from django.core.files.base import ContentFile

    from broadsheet.newsroom.models import File

    name, title = made.words.plant(story, "file name"), made.words.plant(story, "document name")
    row = File(title=title)
    row.file.save(f"{name}.txt", ContentFile(made.words.plant(story, "inside the file").encode()), save=False)
    row.file_size = row.file.size
    row.save()
    made.files[story] = (row.pk, row.url)
    return row.pk


def _people(made: Made) -> None:
    """A chief who may do everything, and somebody with an account and no part in the paper."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from broadsheet.accounts.models import User
    from broadsheet.accounts.queries import account_of

    User.objects.create_superuser(CHIEF, PASSWORD)
    User.objects.create_user(OUTSIDER, PASSWORD)
    for email in (CHIEF, OUTSIDER):
        user, session = _user(email), SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session.create()
        made.sessions[email] = str(session.session_key)
    _use_up(account_of(_user(OUTSIDER).pk), USED_UP)


def _use_up(*accounts: bytes) -> None:
    """Let accounts use the stories that are free for them."""
    from django.conf import settings

    from broadsheet import clock
    from broadsheet.paywall.ledgers.opening import open_ledger
    from broadsheet.paywall.ports import Ask
    from broadsheet.paywall.rules import Terms

    terms = Terms(allowance=10)
    ledger = open_ledger(settings.LEDGER_URL)
    for account in accounts:
        stories = [bytes((number,)) * 16 for number in range(terms.allowance)]
        ledger.grant_all([Ask(None, b"", story, b"", b"", clock.today(), terms, account) for story in stories])
    ledger.close()


def know_google() -> None:
    """Put Google's list on the shelf, as if it had been taken in just now."""
    from broadsheet.paywall.crawlers import document, read_listing
    from broadsheet.prerender import operations as prerender

    lists = document({"google": (time.time(), read_listing(GOOGLE.encode()).prefixes)})
    prerender.shelf().put_document("crawlers", lists)


def _user(email: str) -> Any:
    from broadsheet.accounts.models import User

    return User.objects.get(email=email)
