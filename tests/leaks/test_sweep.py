"""Routes, states, readers, methods, headers against the oracle: canaries show, and slots are used, only as it says."""

from __future__ import annotations

import pytest

from tests.leaks import maker, mutants, registry, sweep
from tests.leaks.process import Child


def test_every_gated_story_holds_a_canary_in_each_place(canary: Child) -> None:
    for story in (*maker.GATED, *maker.HIDDEN):
        places = canary.made.words.of(story)
        assert len(set(places.values())) == len(places) >= 30
        for place in (
            "first paragraph after the lead", "middle", "last paragraph", "caption", "alt text", "pull-out", "footnote",
            "document name", "picture file", "table cell", "chart note", "chart figures", "timeline", "gallery caption",
            "list", "related label", "preformatted",
        ):  # fmt: skip
            assert place in places


def test_the_short_sweep_finds_no_canary_where_none_may_be(canary: Child) -> None:
    result = canary.do(sweep.short)
    assert result.faults == [], result.report()
    assert result.requests >= 1_500
    assert result.opened >= 60, "the sweep saw hardly a body where bodies belong: it may have gone blind"
    assert set(result.surfaces) == set(registry.SURFACES), "a surface was not asked for at all"


def test_a_sweep_notices_gates_that_were_taken_away(canary: Child) -> None:
    missed = {name: surfaces for name, surfaces in canary.do(mutants.quick).items() if surfaces}
    assert missed == {}


@pytest.mark.soak
def test_the_whole_sweep_finds_no_canary_where_none_may_be(canary: Child) -> None:
    result = canary.do(sweep.whole)
    assert result.faults == [], result.report()
    assert result.requests >= 20_000
