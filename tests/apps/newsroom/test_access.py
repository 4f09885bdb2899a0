"""Who may read what, from the desk to the shelf: rules, translations, age, and what a change takes away."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet import clock
from broadsheet.newsroom import cards, queries, sentences
from broadsheet.newsroom.models import AccessRule, AccessSettings, StoryPage, Topic
from broadsheet.newsroom.operations.access import set_access
from broadsheet.paywall.access import DAY, Maker
from broadsheet.paywall.models import Institution
from broadsheet.paywall.rules import Access
from broadsheet.prerender import operations as prerender
from tests.paper import Paper, at, committed


def gate(story: StoryPage) -> tuple[str, str]:
    found = StoryPage.objects.get(pk=story.pk).gate()
    return found.access.value, found.maker.value


def pair(paper: Paper, english: str, arabic: str, **more: Any) -> tuple[StoryPage, StoryPage]:
    """A story in two languages, with the access that was chosen in each."""
    first = paper.story("A quiet port", access=english, **more)
    second = paper.story(
        "ميناء هادئ", access=arabic, language="ar", slug="a-quiet-port", translation_key=first.translation_key
    )
    return first, second


def shelved(story: StoryPage) -> Any:
    return prerender.shelf().get(story.url)


def shelve(*stories: StoryPage) -> None:
    for story in stories:
        assert prerender.render(story.url)
        assert shelved(story) is not None


def test_a_new_story_leaves_it_to_its_section_and_topics_and_is_metered_without_rules(paper: Paper):
    story = paper.story()
    assert story.access == "inherit"
    assert gate(story) == ("metered", "default")


def test_a_section_rule_holds_for_its_stories_and_for_no_other(paper: Paper):
    inside, outside = paper.story(), paper.story("Elsewhere", section="planet")
    paper.rules(("section", "world", "members"))
    assert gate(inside) == ("members", "section")
    assert gate(outside) == ("metered", "default")
    assert sentences.gate_line(inside.gate()) == "Members only (section rule “World: Members only”)"


def test_the_first_rule_that_matches_wins_in_the_staffs_order(paper: Paper):
    rivers = paper.topic("rivers")
    story = paper.story(topics=(rivers,))
    paper.rules(("section", "world", "members"), ("topic", "rivers", "open"))
    assert gate(story) == ("members", "section")
    paper.rules(("topic", "rivers", "open"), ("section", "world", "members"))
    assert gate(story) == ("open", "topic")


@pytest.mark.parametrize("chosen", ["open", "metered", "members"])
def test_what_was_chosen_by_hand_goes_before_every_rule(paper: Paper, chosen: str):
    story = paper.story(access=chosen)
    paper.rules(("section", "world", "members" if chosen != "members" else "open"))
    assert gate(story) == (chosen, "story")


def test_MT_15_a_rule_holds_in_every_language_wherever_the_section_is_named(paper: Paper):
    english, arabic = pair(paper, "inherit", "inherit")
    paper.rules(("section", "world", "members"))
    assert {gate(english), gate(arabic)} == {("members", "section")}


def test_MT_15_the_strictest_choice_of_any_published_language_holds_for_all(paper: Paper):
    english, arabic = pair(paper, "open", "inherit")
    assert (gate(english), gate(arabic)) == (("open", "story"), ("open", "translation"))
    arabic.access = "members"
    arabic.save_revision()
    assert gate(english) == ("open", "story"), "a draft binds nobody"
    with committed():
        arabic.get_latest_revision().publish()
    assert (gate(english), gate(arabic)) == (("members", "translation"), ("members", "story"))
    assert sentences.rule_name(english.gate()) == "chosen in its Arabic version"
    with committed():
        arabic.unpublish()
    assert gate(english) == ("open", "story")


def test_MT_15_DS_14_a_gate_on_one_language_takes_the_others_from_readers_at_once(paper: Paper):
    english, arabic = pair(paper, "open", "open")
    shelve(arabic)  # the English one is on no shelf: nothing tells what it said
    english.access = "members"
    with committed():
        english.save_revision().publish()
    assert shelved(arabic) is None, "not even once more"
    assert "hidden0x1" not in paper.get(arabic.url).content.decode()
    shelve(arabic)
    assert shelved(arabic).access is Access.MEMBERS


def test_DS_14_a_rule_that_shuts_takes_away_what_it_shuts_and_marks_the_lists(paper: Paper):
    story, other = paper.story(access="inherit"), paper.story("Elsewhere", section="planet")
    shelve(story, other)
    assert prerender.render("/feed.atom")
    paper.rules(("section", "world", "members"))
    assert shelved(story) is None
    assert shelved(other) is not None, "what it does not touch stands"
    assert prerender.shelf().get("/feed.atom").stale
    assert "hidden0x1" not in paper.get(story.url).content.decode()


def test_DS_14_a_rule_that_opens_or_is_taken_away_changes_the_page_as_well(paper: Paper):
    story = paper.story()
    for rules, access in (([("section", "world", "open")], Access.OPEN), ([], Access.METERED)):
        shelve(story)
        paper.rules(*rules)
        assert shelved(story) is None
        shelve(story)
        assert shelved(story).access is access


def test_DS_14_a_rendering_that_began_under_the_old_rules_does_not_come_back(paper: Paper):
    story = paper.story()
    paper.rules(("section", "world", "open"))
    shelve(story)
    entry, since = shelved(story), prerender.shelf().seq()
    entry = type(entry)(**{**{name: getattr(entry, name) for name in entry.__dataclass_fields__},
                           "keys": frozenset({f"story:{story.pk}", "paper"})})  # fmt: skip
    prerender.shelf().clear()
    since = prerender.shelf().seq()
    paper.rules(("section", "world", "members"))
    assert prerender.shelf().put(entry, since) is False


def test_structured_data_and_cards_show_what_holds(paper: Paper):
    story = paper.story(access="inherit")
    for access, free, tag in (("open", True, "Free to read"), ("members", False, "For subscribers")):
        paper.rules(("section", "world", access))
        shelve(story)
        found = shelved(story)
        for variant in found.variants.values():
            data = re.search(rb'"isAccessibleForFree":(true|false)', variant.head + variant.tail)
            assert json.loads(data[1]) is free
        assert cards.story_card(story).access == access
        assert tag in paper.get("/world/").content.decode()
        assert {card.access for card in queries.latest("en", 5)} == {access}


def test_an_archive_makes_members_of_what_is_old_but_not_of_what_was_opened_by_hand(paper: Paper):
    old = clock.now() - timedelta(days=40)
    stories = {access: paper.story(access, access=access, published=old) for access in ("inherit", "metered", "open")}
    young = paper.story("young", published=clock.now() - timedelta(days=20))
    paper.rules(archive_days=30)
    assert gate(stories["inherit"]) == gate(stories["metered"]) == ("members", "archive")
    assert gate(stories["open"]) == ("open", "story")
    assert gate(young) == ("metered", "default")
    assert sentences.rule_name(stories["inherit"].gate()) == "archive: older than 30 days"


def test_the_age_of_a_story_counts_from_its_first_language(paper: Paper):
    english, arabic = pair(paper, "inherit", "inherit", published=clock.now() - timedelta(days=40))
    paper.rules(archive_days=30)
    assert gate(english) == gate(arabic) == ("members", "archive")


@pytest.mark.parametrize("access", ["open", "metered"])
def test_a_story_that_will_be_shut_by_its_age_carries_its_moment_and_both_variants(paper: Paper, access: str):
    story = paper.story(published=clock.now() - timedelta(days=20))
    paper.rules(("section", "world", access), archive_days=30)
    shelve(story)
    found = shelved(story)
    moment = story.first_published_at.timestamp() + 30 * DAY
    assert (found.access.value, found.gated_from, found.until) == (access, moment, moment)
    assert set(found.variants) == {"full", "preview"}
    preview = found.variants["preview"].ready["identity"]
    assert b"hidden0x1" not in preview
    assert b'"isAccessibleForFree":false' in preview
    with at(datetime.fromtimestamp(moment, UTC)):
        shelve(story)
        assert (shelved(story).access, shelved(story).gated_from) == (Access.MEMBERS, 0.0)


def test_a_longer_archive_moves_the_moment_and_takes_the_page_with_the_old_one_away(paper: Paper):
    story = paper.story()
    paper.rules(archive_days=30)
    shelve(story)
    paper.rules(archive_days=20)
    assert shelved(story) is None


def test_lists_are_rendered_anew_once_the_archive_has_moved_on(paper: Paper):
    story = paper.story(published=clock.now() - timedelta(days=29, hours=23))
    paper.story("young")
    paper.rules(archive_days=30)
    assert prerender.archive_moved_on(clock.now().timestamp()) == 0
    assert prerender.render("/world/")
    then = clock.now() + timedelta(hours=2)
    with at(then):
        assert prerender.archive_moved_on(then.timestamp()) == 1
        assert prerender.archive_moved_on(then.timestamp() + 20) == 0
        assert prerender.shelf().get("/world/").stale
        assert gate(story) == ("members", "archive")


def test_MT_18_every_story_of_a_list_is_decided_by_itself_in_a_handful_of_queries(paper: Paper):
    topics = (paper.topic("rivers"),)
    for number in range(12):
        paper.story(f"Story {number}", topics=topics if number % 2 else ())
    paper.rules(("topic", "rivers", "members"))
    rows = list(StoryPage.objects.live())
    with CaptureQueriesContext(connection) as asked:
        gates = StoryPage.gates(rows)
    assert sorted({(found.access.value, found.maker.value) for found in gates.values()}) == [
        ("members", "topic"), ("metered", "default"),
    ]  # fmt: skip
    assert len(asked) <= 8
    for path in ("/world/", "/topics/rivers/", "/", "/feed.atom", "/feed.json", "/search/?q=Story"):
        assert "hidden0x1" not in paper.get(path).content.decode(), path


def test_a_rule_is_for_a_section_or_topic_that_there_is(paper: Paper):
    with pytest.raises(LookupError, match="nowhere"):
        set_access(rules=[("section", "nowhere", "open")])
    paper.section()
    with pytest.raises(ValidationError):
        set_access(rules=[("section", "world", "shut")])


def test_a_rule_whose_topic_is_gone_matches_nothing_and_breaks_nothing(paper: Paper):
    story = paper.story(topics=(paper.topic("rivers"),))
    paper.rules(("topic", "rivers", "members"))
    AccessRule.objects.update(subject="topic:00000000-0000-0000-0000-000000000000")
    assert gate(story) == ("metered", "default")


def test_DS_14_a_topic_that_goes_takes_its_rule_with_it_and_what_that_held_open(paper: Paper):
    rivers = paper.topic("rivers")
    story = paper.story(topics=(rivers,))
    paper.rules(("topic", "rivers", "open"), ("section", "world", "members"))
    shelve(story)
    assert shelved(story).access is Access.OPEN
    with committed():
        Topic.objects.get(pk=rivers).delete()
    assert shelved(story) is None
    assert gate(story) == ("members", "section")


def test_staff_edit_the_rules_and_they_hold_at_once(paper: Paper):
    story = paper.story(access="inherit")
    shelve(story)
    desk, key = paper.desk("Chief editors"), story.get_parent().translation_key
    form = desk.get(f"/admin/settings/broadsheet_newsroom/accesssettings/{paper.site.pk}/")
    assert form.status_code == 200
    assert f"section:{key}" in form.content.decode()
    data = {
        "archive_days": "0", "rules-TOTAL_FORMS": "1", "rules-INITIAL_FORMS": "0", "rules-MIN_NUM_FORMS": "0",
        "rules-MAX_NUM_FORMS": "1000", "rules-0-subject": f"section:{key}", "rules-0-access": "members",
        "rules-0-ORDER": "1", "rules-0-id": "", "rules-0-DELETE": "",
    }  # fmt: skip
    answer = desk.post(f"/admin/settings/broadsheet_newsroom/accesssettings/{paper.site.pk}/", data)
    assert answer.status == 200, answer.text
    assert AccessSettings.objects.get().rules.get().access == "members"
    assert gate(story) == ("members", "section")
    assert shelved(story) is None
    refused = desk.post(
        f"/admin/settings/broadsheet_newsroom/accesssettings/{paper.site.pk}/", {**data, "rules-0-subject": "section:x"}
    )
    assert "Select a valid choice" in refused.text


def test_the_editor_sees_beside_the_choice_what_holds_and_why(paper: Paper):
    story = paper.story(access="inherit", published=clock.now() - timedelta(days=1))
    paper.rules(("section", "world", "open"), archive_days=30)
    desk = paper.desk("Reporters")
    page = desk.get(f"/admin/pages/{story.pk}/edit/").content.decode()
    shown = re.search(r'<p class="broadsheet-gate">(.*?)</p><p>(.*?)</p>', page)
    assert "<strong>Open to everybody</strong> (section rule “World: Open to everybody”)" in shown[1]
    assert shown[2].startswith("Members only from ")
    listing = desk.get("/admin/stories/").content.decode()
    assert "Open to everybody (section rule “World: Open to everybody”)" in listing
    assert desk.get(f"/admin/pages/add/broadsheet_newsroom/storypage/{paper.section()}/").status_code == 200


def test_an_editor_makes_an_institution_and_a_bad_line_is_named(paper: Paper):
    desk = paper.desk("Chief editors")
    data = {"name": "The Library", "networks": "198.51.100.0/24\n198.51.100.1/24", "mail_domains": "lib",
            "reads": "on", "factor": "1", "valid_until": "2027-06-30", "note": ""}  # fmt: skip
    path = "/admin/snippets/broadsheet_paywall/institution/add/"
    answer = desk.post(path, data)
    assert "Line 2: “198.51.100.1/24” has bits set beyond its prefix: write 198.51.100.0/24." in answer.text
    assert "Line 1: “lib” is no mail domain" in answer.text
    answer = desk.post(path, {**data, "networks": "198.51.100.0/24\n2001:db8::/48", "mail_domains": "lib.example"})
    assert Institution.objects.get().name == "The Library", answer.text
    document = prerender.shelf().document("policy")
    end = datetime(2027, 7, 1, tzinfo=UTC).timestamp()
    assert document["institutions"] == [
        ["The Library", ["198.51.100.0/24", "2001:db8::/48"], ["lib.example"], True, 1, end]
    ]
    with committed():
        Institution.objects.all().delete()
    assert prerender.shelf().document("policy")["institutions"] == []


@pytest.mark.parametrize(("allowance", "fine"), [(0, True), (10, True), (11, False)])
def test_CR_12_the_allowance_is_any_number_from_0_to_10(paper: Paper, allowance: int, fine: bool):
    from broadsheet.paywall.models import MeterSettings

    row = MeterSettings(site=paper.site, allowance=allowance)
    if fine:
        row.full_clean()
    else:
        with pytest.raises(ValidationError) as caught:
            row.full_clean()
        assert set(caught.value.message_dict) == {"allowance"}
    assert (MeterSettings().allowance, MeterSettings().window) == (3, 30)


def test_every_maker_has_its_sentence(paper: Paper):
    from broadsheet.paywall.access import Gate

    said = {sentences.rule_name(Gate(Access.METERED, maker, "en", 30)) for maker in Maker}
    assert len(said) == len(Maker)
