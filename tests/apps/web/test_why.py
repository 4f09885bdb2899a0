"""`broadsheet why`: for a story's address and a reader, what the edge would say, and why."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings

from broadsheet import clock
from broadsheet.cli import main
from broadsheet.paywall.models import Institution, MeterSettings
from broadsheet.paywall.rules import Reason
from broadsheet.prerender import operations as prerender
from broadsheet.web.why import SENTENCES, WALLS
from tests.paper import Paper, committed
from tests.serving import broadsheet

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
IN_LIBRARY, ON_CAMPUS = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def stories(paper: Paper) -> Paper:
    """A story of each kind, rules, an archive, an institution that reads and one that shares its network."""
    with committed():
        Institution.objects.create(
            name="The Library", networks="198.51.100.0/24", mail_domains="lib.example", valid_until="2099-12-31"
        )
        Institution.objects.create(
            name="The Campus", networks="203.0.113.0/24", mail_domains="campus.example", reads=False, factor=4
        )
    rivers = paper.topic("rivers")
    old = clock.now() - timedelta(days=40)
    for access in ("open", "metered", "members"):
        paper.story(access, access=access)
    paper.story("ruled", section="planet")
    paper.story("topical", topics=(rivers,))
    paper.story("plain", section="culture")
    paper.story("old", section="culture", published=old)
    paper.story("old open", access="open", published=old)
    first = paper.story("twin", section="culture")
    paper.story("توأم", language="ar", slug="twin", access="members", translation_key=first.translation_key)
    paper.story("draft", live=False)
    paper.rules(("topic", "rivers", "open"), ("section", "planet", "members"), archive_days=30)
    return paper


def ask(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["why", "--json", *arguments])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


SITUATIONS = [
    # arguments, access, rule, verdict, reason, sees, wall, spends
    (["/world/open/"], "open", "story", "full", "open-story", "full", "", False),
    (["/world/open/", "--as", "member"], "open", "story", "full", "open-story", "full", "", False),
    (["/world/metered/"], "metered", "story", "full", "new-grant", "full", "", True),
    (["/world/metered/", "--read", "2"], "metered", "story", "full", "new-grant", "full", "", True),
    (["/world/metered/", "--read", "3"], "metered", "story", "preview", "own-limit", "lead", "past the meter", False),
    (["/world/metered/", "--read", "3", "--again"], "metered", "story", "full", "read-before", "full", "", False),
    (["/world/metered/", "--as", "reader"], "metered", "story", "full", "new-grant", "full", "", True),
    (["/world/metered/", "--as", "reader", "--again"], "metered", "story", "full", "read-before", "full", "", False),
    (["/world/metered/", "--as", "member", "--read", "3"], "metered", "story", "full", "member", "full", "", False),
    (["/world/metered/", "--as", "staff"], "metered", "story", "full", "staff", "full", "", False),
    (["/world/metered/", "--user-agent", GOOGLEBOT], "metered", "story", "preview", "not-a-visit", "lead", "neutral",
     False),
    (["/world/metered/", "--address", IN_LIBRARY], "metered", "story", "full", "institution", "full", "", False),
    (["/world/metered/", "--address", IN_LIBRARY, "--read", "3"], "metered", "story", "full", "institution", "full",
     "", False),
    (["/world/metered/", "--address", ON_CAMPUS], "metered", "story", "full", "new-grant", "full", "", True),
    (["/world/members/"], "members", "story", "preview", "members-only", "lead", "members' story", False),
    (["/world/members/", "--as", "reader", "--again"], "members", "story", "preview", "members-only", "lead",
     "members' story", False),
    (["/world/members/", "--as", "member"], "members", "story", "full", "member", "full", "", False),
    (["/world/members/", "--address", IN_LIBRARY], "members", "story", "full", "institution", "full", "", False),
    (["/world/members/", "--address", IN_LIBRARY, "--at", "2101-01-01"], "members", "story", "preview", "members-only",
     "lead", "members' story", False),
    (["/world/members/", "--address", ON_CAMPUS], "members", "story", "preview", "members-only", "lead",
     "members' story", False),
    (["/world/members/", "--mail", "ann@cs.lib.example"], "members", "story", "full", "institution-mail", "full", "",
     False),
    (["/world/metered/", "--mail", "ann@lib.example", "--as", "reader", "--read", "3"], "metered", "story", "full",
     "institution-mail", "full", "", False),
    (["/world/members/", "--mail", "ann@lib.example", "--at", "2101-01-01"], "members", "story", "preview",
     "members-only", "lead", "members' story", False),
    (["/world/members/", "--mail", "ann@evillib.example"], "members", "story", "preview", "members-only", "lead",
     "members' story", False),
    (["/world/members/", "--mail", "ann@campus.example"], "members", "story", "preview", "members-only", "lead",
     "members' story", False),
    (["/world/members/", "--mail", "ann@lib.example", "--as", "member"], "members", "story", "full", "member", "full",
     "", False),
    (["/planet/ruled/"], "members", "section", "preview", "members-only", "lead", "members' story", False),
    (["/world/topical/"], "open", "topic", "full", "open-story", "full", "", False),
    (["/world/topical/", "--at", "2101-01-01"], "members", "archive", "preview", "members-only", "lead",
     "members' story", False),
    (["/culture/plain/"], "metered", "default", "full", "new-grant", "full", "", True),
    (["/culture/old/"], "members", "archive", "preview", "members-only", "lead", "members' story", False),
    (["/culture/old/", "--as", "staff"], "members", "archive", "full", "staff", "full", "", False),
    (["/world/old-open/"], "open", "story", "full", "open-story", "full", "", False),
    (["/culture/twin/"], "members", "translation", "preview", "members-only", "lead", "members' story", False),
    (["/ar/world/twin/"], "members", "story", "preview", "members-only", "lead", "members' story", False),
]  # fmt: skip


def test_the_answer_names_the_rule_the_reason_and_what_is_seen(stories: Paper):
    names = ("access", "rule", "verdict", "reason", "sees", "wall", "spends")
    told = [(arguments, [ask(*arguments)[name] for name in names]) for arguments, *_ in SITUATIONS]
    assert told == [(arguments, expected) for arguments, *expected in SITUATIONS]
    assert len(told) >= 20


def test_nothing_is_spent_and_no_page_put_on_the_shelf(stories: Paper):
    from broadsheet.prerender import operations

    before = operations.shelf().seq()
    for arguments, *_ in SITUATIONS[:12]:
        ask(*arguments)
    assert operations.shelf().seq() == before
    ledger = Path(settings.LEDGER_URL.removeprefix("sqlite:///"))
    if ledger.exists():
        with sqlite3.connect(ledger) as db:
            assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meter_grant'").fetchone() == (0,) or (
                db.execute("SELECT count(*) FROM meter_grant").fetchone() == (0,)
            )


def test_an_address_may_be_written_as_people_have_it(stories: Paper):
    written = (
        "http://testserver/planet/ruled/",
        "https://www.quay.example/planet/ruled/?from=mail#top",
        "www.quay.example/planet/ruled",
        "localhost:8000/planet/ruled/",
        "planet/ruled",
        "/planet/ruled",
        "/planet/rul%65d/",
    )
    assert {url: ask(url)["url"] for url in written} == dict.fromkeys(written, "http://testserver/planet/ruled/")


def test_an_address_that_is_no_story_is_refused_with_a_sentence(stories: Paper):
    lists = ("/", "/world/", "/topics/rivers/", "/feed.atom")
    for url in (*lists, "/world/nowhere/", "/nowhere/", "/world/draft/", "/ar/world/open/"):
        result = CliRunner().invoke(main, ["why", url])
        assert result.exit_code == 1, url
        assert result.output.startswith("Error: "), url
        assert url.rstrip("/") in result.output


def test_a_story_behind_a_password_is_not_the_meters(stories: Paper):
    from wagtail.models import Page, PageViewRestriction

    page = Page.objects.get(slug="plain")
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")
    result = CliRunner().invoke(main, ["why", "/culture/plain/"])
    assert result.exit_code == 1
    assert "the meter has no say there" in result.output


def test_an_emergency_opens_metered_stories_until_its_moment(stories: Paper):
    until = datetime(2030, 1, 1, 12, tzinfo=UTC)
    MeterSettings.objects.create(site=stories.site, open_until=until)
    at = ("--at", "2029-12-31T23:00Z")
    assert ask("/world/members/", *at)["reason"] == "members-only"
    stories.rules()  # without an archive
    found = ask("/world/metered/", "--read", "3", *at)
    assert (found["reason"], found["until"]) == ("emergency", "2030-01-01T12:00:00Z")
    assert ask("/world/metered/", "--read", "3", "--at", "2030-01-01T12:00Z")["reason"] == "own-limit"


def test_it_says_until_when(stories: Paper):
    stories.rules()
    found = ask("/world/metered/", "--read", "3", "--at", "2030-01-10T12:00Z")
    assert (found["until"], found["until_what"]) == ("2030-02-09T00:00:00Z", "then the reader's count begins anew")
    assert ask("/world/metered/", "--as", "reader", "--at", "2030-01-10T12:00Z")["until"] == "2030-02-08T00:00:00Z"
    assert ask("/world/metered/", "--address", IN_LIBRARY)["until"] == "2100-01-01T00:00:00Z"
    assert ask("/world/metered/", "--as", "member")["until"] == ""
    stories.rules(("topic", "rivers", "open"), archive_days=30)
    found = ask("/world/topical/")
    assert found["until_what"] == "then it is for members, by its age"
    assert found["until"] > clock.now().isoformat()


def test_who_logged_out_does_not_stand_for_members(stories: Paper):
    lost = {str(user): clock.now().timestamp() for user in range(1, 1_000)}
    prerender.shelf().put_document("revoked", lost)
    try:
        for who in ("member", "staff"):
            assert ask("/world/members/", "--as", who)["verdict"] == "full"
    finally:
        prerender.shelf().put_document("revoked", {})


def test_it_says_what_a_mail_address_is_and_how_wide_a_network_is(stories: Paper):
    notes = ask("/world/metered/", "--mail", "ann@cs.lib.example")["notes"]
    assert any("belongs to The Library: it opens every story" in note for note in notes)
    notes = ask("/world/metered/", "--mail", "ann@evillib.example", "--address", ON_CAMPUS)["notes"]
    assert any("taken 4 times" in note for note in notes)
    assert any("belongs to no institution" in note for note in notes)
    found = ask("/world/members/", "--mail", "ann@cs.lib.example", "--address", ON_CAMPUS)
    assert found["sentence"] == "The Library reads everything by mail addresses at its domains."
    assert (found["until"], found["until_what"]) == ("2100-01-01T00:00:00Z", "then the institution's time is over")


def test_people_get_lines(stories: Paper):
    result = CliRunner().invoke(main, ["why", "/planet/ruled/", "--read", "1"])
    assert result.exit_code == 0
    for line in (
        "ruled (en)",
        "Access    Members only (section rule “Planet: Members only”)",
        "Decision  preview: The story is for members.",
        "Sees      the lead, then the wall “members' story”",
        "Spends    nothing",
    ):
        assert line in result.output.splitlines()
    found = CliRunner().invoke(main, ["why", "/world/metered/", "--read", "1"]).output
    assert "Decision  full: It is number 2 of 3 free stories." in found
    assert "Spends    a free story" in found


def test_a_moment_that_is_none_is_refused(stories: Paper):
    result = CliRunner().invoke(main, ["why", "/world/metered/", "--at", "tomorrow"])
    assert (result.exit_code, "“tomorrow” is no moment" in result.output) == (1, True)


def test_every_reason_has_its_sentence_or_wall():
    silent = {Reason.SEEN_ON_NETWORK, Reason.DEGRADED, Reason.PREFETCH}  # of the ledger and of browsers: not asked here
    assert set(Reason) - silent == set(SENTENCES) | set(WALLS)


def test_where_there_is_no_paper_the_command_says_so_in_a_sentence(tmp_path: Path) -> None:
    done = broadsheet(tmp_path / "nowhere", "why", "/world/", "--as", "stranger")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: There is no paper in {tmp_path / 'nowhere'}")
    assert "Traceback" not in done.stderr
