"""Who may read a story: by hand, by the first rule that matches, by its age; the same in every language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.paywall.access import DAY, INHERIT, AccessPolicy, Choice, Facts, Gate, Maker, Rule, gate_of, turned
from broadsheet.paywall.rules import Access

NOW = 1_800_000_000.0
WORLD = Rule(Maker.SECTION, "section:w", "World", Access.MEMBERS)
RIVERS = Rule(Maker.TOPIC, "topic:r", "Rivers", Access.OPEN)
POLICY = AccessPolicy((RIVERS, WORLD), archive_days=30)


def facts(own: str = INHERIT, *others: tuple[str, str], subjects: str = "", days: float | None = 1) -> Facts:
    published = NOW - days * DAY if days is not None else 0.0
    choices = tuple(Choice(language, access) for language, access in others)
    return Facts(Choice("en", own), choices, frozenset(subjects.split()), published)


@pytest.mark.parametrize(
    ("story", "access", "maker", "name"),
    [
        (facts(), Access.METERED, Maker.DEFAULT, ""),
        (facts(subjects="section:w"), Access.MEMBERS, Maker.SECTION, "World"),
        (facts(subjects="section:x topic:y"), Access.METERED, Maker.DEFAULT, ""),
        (facts(subjects="section:w topic:r"), Access.OPEN, Maker.TOPIC, "Rivers"),  # the first rule, not the strictest
        (facts("open", subjects="section:w"), Access.OPEN, Maker.STORY, ""),
        (facts("metered", subjects="section:w"), Access.METERED, Maker.STORY, ""),
        (facts("members", subjects="topic:r"), Access.MEMBERS, Maker.STORY, ""),
        (facts("open", ("ar", "members")), Access.MEMBERS, Maker.TRANSLATION, "ar"),
        (facts("members", ("ar", "open")), Access.MEMBERS, Maker.STORY, ""),
        (facts("metered", ("ar", "metered")), Access.METERED, Maker.STORY, ""),
        (facts(INHERIT, ("ar", "open"), subjects="section:w"), Access.OPEN, Maker.TRANSLATION, "ar"),
        (facts("open", ("ar", INHERIT), subjects="section:w"), Access.OPEN, Maker.STORY, ""),
        (facts(days=31), Access.MEMBERS, Maker.ARCHIVE, ""),
        (facts("metered", days=31), Access.MEMBERS, Maker.ARCHIVE, ""),
        (facts("open", days=31), Access.OPEN, Maker.STORY, ""),
        (facts(INHERIT, ("ar", "open"), days=31), Access.OPEN, Maker.TRANSLATION, "ar"),
        (facts(subjects="topic:r", days=31), Access.MEMBERS, Maker.ARCHIVE, ""),  # open by a rule is not by hand
        (facts(subjects="section:w", days=31), Access.MEMBERS, Maker.SECTION, "World"),
        (facts(days=None), Access.METERED, Maker.DEFAULT, ""),
    ],
)
def test_what_was_chosen_holds_then_the_first_rule_then_the_meter_and_age_shuts(
    story: Facts, access: Access, maker: Maker, name: str
) -> None:
    gate = gate_of(story, POLICY, NOW)
    assert (gate.access, gate.maker, gate.name) == (access, maker, name)


def test_a_story_that_grows_old_knows_its_moment_to_the_second() -> None:
    story = facts(subjects="topic:r", days=29)
    gate = gate_of(story, POLICY, NOW)
    assert (gate.access, gate.gated_from) == (Access.OPEN, story.published + 30 * DAY)
    assert gate_of(story, POLICY, gate.gated_from - 0.001).access is Access.OPEN
    assert gate_of(story, POLICY, gate.gated_from) == Gate(Access.MEMBERS, Maker.ARCHIVE, days=30)


@pytest.mark.parametrize("story", [facts("open"), facts("members"), facts(subjects="section:w"), facts(days=None)])
def test_what_its_age_does_not_change_has_no_moment(story: Facts) -> None:
    assert gate_of(story, POLICY, NOW).gated_from == 0
    assert gate_of(facts(), AccessPolicy((WORLD,)), NOW).gated_from == 0


def test_a_page_rendered_earlier_is_the_members_from_its_moment_on() -> None:
    assert [turned(Access.OPEN, 100.0, now) for now in (99.9, 100.0, 101.0)] == [
        Access.OPEN, Access.MEMBERS, Access.MEMBERS,
    ]  # fmt: skip
    assert turned(Access.METERED, 0.0, NOW) is Access.METERED


CHOICES = st.sampled_from([INHERIT, "open", "metered", "members"])


@given(
    st.dictionaries(st.sampled_from(["en", "ar", "de", "fr"]), CHOICES, min_size=1),
    st.sets(st.sampled_from(["section:w", "topic:r", "topic:z"])),
    st.integers(0, 60),
)
def test_MT_15_the_gate_is_the_same_asked_in_any_language(
    choices: dict[str, str], subjects: set[str], days: int
) -> None:
    told = [Choice(language, access) for language, access in choices.items()]
    gates = [
        gate_of(Facts(own, tuple(c for c in told if c != own), frozenset(subjects), NOW - days * DAY), POLICY, NOW)
        for own in told
    ]
    assert len({(gate.access, gate.gated_from) for gate in gates}) == 1
