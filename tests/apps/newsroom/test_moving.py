"""A story that moves takes its readers along: the old address leads to the new one, and is not served any more."""

from __future__ import annotations

import pytest

from broadsheet.newsroom.models import StoryPage
from broadsheet.prerender import operations as prerender
from tests.paper import Paper, committed


def test_a_story_moved_to_another_section_is_found_from_its_old_address(paper: Paper):
    story, economy = paper.story(), paper.section("economy")
    old = story.url
    with committed():
        assert prerender.render(old)
    answer = paper.desk().post(f"/admin/pages/{story.pk}/move/{economy}/confirm/")
    assert answer.status == 200
    response = paper.get(old)
    assert (response.status_code, response["Location"]) == (301, "/economy/a-quiet-port/")
    assert paper.get("/economy/a-quiet-port/").status_code == 200
    assert prerender.shelf().get(old) is None


@pytest.mark.parametrize("slug", ["another-port", "тихий-порт", "ميناء-هادئ"])
def test_a_new_slug_is_found_from_the_old_address(paper: Paper, slug: str):
    story = paper.story()
    old = story.url
    paper.desk().edit(story, "publish", slug=slug)
    response = paper.get(old)
    assert response.status_code == 301
    assert paper.get(response["Location"]).status_code == 200
    assert StoryPage.objects.get().slug == slug


def test_a_section_renamed_takes_its_stories_along(paper: Paper):
    story = paper.story()
    old = story.url
    section = story.get_parent()
    paper.desk().edit(section.specific, "publish", slug="abroad")
    response = paper.get(old)
    assert (response.status_code, response["Location"]) == (301, "/abroad/a-quiet-port/")


def test_a_story_cannot_be_put_where_no_story_belongs(paper: Paper):
    story = paper.story()
    front = story.get_parent().get_parent()
    paper.desk().post(f"/admin/pages/{story.pk}/move/{front.pk}/confirm/")
    assert StoryPage.objects.get().get_parent().pk == paper.section()
