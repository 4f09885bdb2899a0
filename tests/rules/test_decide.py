"""The order of the decision: the first step that matches wins."""

from __future__ import annotations

import pytest

from broadsheet.paywall import rules
from broadsheet.paywall.rules import Access, Terms, Visit, decide
from broadsheet.readers import Standing

TERMS = Terms(allowance=3)
STRANGER = Visit()
MEMBER = Visit(Standing.MEMBER)


@pytest.mark.parametrize(
    ("visit", "access", "expected"),
    [
        (STRANGER, Access.OPEN, rules.OPEN),
        (Visit(prefetches=True, navigates=False, used=3), Access.OPEN, rules.OPEN),
        (MEMBER, Access.METERED, rules.MEMBER),
        (MEMBER, Access.MEMBERS, rules.MEMBER),
        (Visit(Standing.STAFF, navigates=False), Access.MEMBERS, rules.STAFF),
        (Visit(Standing.INSTITUTION, used=3), Access.METERED, rules.INSTITUTION_MAIL),
        (Visit(Standing.INSTITUTION, navigates=False), Access.MEMBERS, rules.INSTITUTION_MAIL),
        (Visit(crawler=True, navigates=False), Access.METERED, rules.CRAWLER),
        (Visit(listed=True), Access.MEMBERS, rules.MEMBERS_ONLY),
        (STRANGER, Access.MEMBERS, rules.MEMBERS_ONLY),
        (Visit(listed=True, prefetches=True, navigates=False, used=3), Access.METERED, rules.READ_BEFORE),
        (Visit(navigates=False), Access.METERED, rules.NOT_A_VISIT),
        (Visit(navigates=False, prefetches=True), Access.METERED, rules.NOT_A_VISIT),
        (Visit(prefetches=True), Access.METERED, rules.PREFETCH),
        (Visit(used=3), Access.METERED, rules.OWN_LIMIT),
        (Visit(used=2), Access.METERED, rules.ASK),
        (Visit(Standing.REGISTERED), Access.METERED, rules.ASK),
        (STRANGER, Access.METERED, rules.ASK),
    ],
)
def test_the_first_step_that_matches_wins(visit: Visit, access: Access, expected: rules.Decision) -> None:
    assert decide(visit, access, TERMS) == expected


def test_an_allowance_of_none_walls_every_metered_story() -> None:
    assert decide(STRANGER, Access.METERED, Terms(allowance=0)) == rules.OWN_LIMIT


@pytest.mark.parametrize("bad", [{"allowance": -1}, {"allowance": 11}, {"window": 0}, {"window": 61}])
def test_terms_that_make_no_sense_are_refused_by_name(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        Terms(**bad)


def test_only_a_full_verdict_opens_a_body() -> None:
    decisions = [value for value in vars(rules).values() if isinstance(value, rules.Decision)]
    assert {decision.verdict for decision in decisions if decision.full} == {rules.Verdict.FULL}
