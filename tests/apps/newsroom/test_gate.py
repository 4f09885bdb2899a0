"""One door: a body comes out only against a decision that is FULL; a card has none otherwise."""

from __future__ import annotations

import pytest

from broadsheet.newsroom import cards
from broadsheet.paywall import rules
from tests.paper import Paper, long_body, paragraph, words

OPENING = [
    getattr(rules, name) for name in ("OPEN", "MEMBER", "STAFF", "CRAWLER", "READ_BEFORE", "NEW_GRANT", "DEGRADED")
]
CLOSED = [
    None,
    *(getattr(rules, name) for name in ("NOT_A_VISIT", "MEMBERS_ONLY", "OWN_LIMIT", "NETWORK_LIMIT", "LEDGER_DOWN")),
    rules.PREFETCH,
    rules.ASK,
]


@pytest.mark.parametrize("decision", CLOSED, ids=str)
@pytest.mark.parametrize("access", ["metered", "members", "open"])
def test_no_body_without_a_decision_that_opens_it(paper: Paper, decision: rules.Decision | None, access: str):
    story = paper.story(access=access)
    with pytest.raises(cards.GateError):
        cards.gated_body(story, decision)
    card = cards.story(story, decision)
    assert card.body is None
    assert not card.full
    assert "hidden" not in repr(card)


@pytest.mark.parametrize("decision", OPENING, ids=str)
def test_an_opening_decision_gives_the_whole_body(paper: Paper, decision: rules.Decision):
    card = cards.story(paper.story(), decision)
    assert card.full
    assert "hidden2x80" in card.body
    assert "opening1 " in card.opening
    assert "opening1 " not in card.body


def test_lead_and_body_together_are_the_story(paper: Paper):
    body = long_body()
    card = cards.story(paper.story(body=body), rules.MEMBER)
    whole = "".join(block["value"] for block in body)
    assert "".join((card.opening + card.body).splitlines()) == whole


def test_a_lead_that_cuts_a_paragraph_leaves_the_body_whole(paper: Paper):
    card = cards.story(paper.story(body=[paragraph(words(400))]), rules.MEMBER)
    assert card.opening == ""
    assert card.lead.startswith("<p>word1 word2")
    assert "word101" not in card.lead
    assert "word1 " in card.body
    assert "word399" in card.body


def test_a_list_has_no_place_for_a_body(paper: Paper):
    card = cards.story_card(paper.story())
    assert "hidden" not in repr(card)
    assert not [name for name in card.__dataclass_fields__ if "body" in name]
