"""CR-09, CR-12: what robots are told in robots.txt and llms.txt, and what staff decide about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from broadsheet.paywall.models import MeterSettings
from broadsheet.paywall.robots import gatherers
from broadsheet.prerender import operations as prerender
from tests.paper import Paper, committed

GOLDEN = Path(__file__).parents[2] / "golden"


def test_CR_09_robots_txt_is_made_from_the_table(paper: Paper) -> None:
    answer = paper.get("/robots.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (GOLDEN / "robots.txt").read_text(encoding="utf-8")


def test_CR_09_a_paper_that_welcomes_gatherers_refuses_nobody(paper: Paper, settings: Any) -> None:
    settings.BROADSHEET_REFUSE_GATHERERS = False
    answer = paper.get("/robots.txt").content.decode()
    whole = (GOLDEN / "robots.txt").read_text(encoding="utf-8")
    assert answer == whole[whole.index("User-agent: *") :]
    assert "stay away" not in paper.get("/llms.txt").content.decode()


def test_CR_09_llms_txt_names_the_same_robots(paper: Paper) -> None:
    paper.section("world")
    answer = paper.get("/llms.txt").content.decode()
    assert answer == (GOLDEN / "llms.txt").read_text(encoding="utf-8")
    assert ", ".join(gatherers()) in answer


@pytest.mark.parametrize(("allowance", "good"), [(0, True), (5, True), (10, True), (11, False), (-1, False)])
def test_CR_12_staff_may_give_no_to_ten_free_stories(paper: Paper, allowance: int, good: bool) -> None:
    row = MeterSettings(site=paper.site, allowance=allowance)
    if good:
        row.full_clean()
        with committed():
            row.save()
        found = prerender.shelf().document("policy")
        assert found is not None
        assert found["terms"]["allowance"] == allowance
    else:
        with pytest.raises(ValidationError):
            row.full_clean()


def test_CR_12_free_stories_are_counted_by_the_month_not_the_day(paper: Paper) -> None:
    row = MeterSettings(site=paper.site)
    assert (row.allowance, row.window, row.crawlers) == (3, 30, "full")
    for days, good in ((1, True), (60, True), (0, False), (61, False)):
        row.window = days
        if good:
            row.full_clean()
        else:
            with pytest.raises(ValidationError):
                row.full_clean()


def test_CR_01_what_staff_choose_for_search_engines_reaches_the_edge(paper: Paper) -> None:
    for choice, whole in (("lead", False), ("full", True)):
        with committed():
            MeterSettings.objects.update_or_create(site=paper.site, defaults={"crawlers": choice})
        found = prerender.shelf().document("policy")
        assert found is not None
        assert found["crawlers"] is whole
    with pytest.raises(ValidationError):
        MeterSettings(site=paper.site, crawlers="everything").full_clean()
