"""A story appears when it is published, not before its embargo, on its hour, and goes when its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from broadsheet import clock
from broadsheet.newsroom import queries
from broadsheet.newsroom.models import StoryPage
from broadsheet.newsroom.operations.publishing import Due, publish_due
from tests.paper import Paper, at, committed


def typed(moment: datetime) -> str:
    """A moment as an editor types it."""
    return moment.strftime("%Y-%m-%d %H:%M")


def live(story: StoryPage) -> bool:
    return StoryPage.objects.get(pk=story.pk).live


def due(moment: datetime) -> Due:
    with at(moment) as now, committed():
        return publish_due(now=now)


def test_a_published_story_is_read_listed_and_found(paper: Paper):
    story = paper.story("The ferry at dawn")
    assert paper.get(story.url).status_code == 200
    assert "The ferry at dawn" in paper.get("/world/").content.decode()
    assert [card.headline for card in queries.search("ferry", "en").stories] == ["The ferry at dawn"]


def test_a_draft_is_nowhere(paper: Paper):
    story = paper.story("The ferry at dawn", live=False)
    assert paper.get(f"/world/{story.slug}/").status_code == 404
    assert "The ferry at dawn" not in paper.get("/world/").content.decode()
    assert queries.search("ferry", "en").total == 0


def test_an_unpublished_story_is_gone_at_once_also_from_the_search(paper: Paper):
    story = paper.story("The ferry at dawn")
    answer = paper.desk().post(f"/admin/pages/{story.pk}/unpublish/")
    assert "unpublished" in answer.text
    assert paper.get(f"/world/{story.slug}/").status_code == 404
    assert queries.search("ferry", "en").total == 0


def test_a_second_publication_keeps_the_first_date(paper: Paper):
    story = paper.story("The ferry at dawn")
    first = story.first_published_at
    paper.desk().edit(story, "publish", title="The ferry at noon")
    story.refresh_from_db()
    assert (story.title, story.first_published_at) == ("The ferry at noon", first)


@pytest.mark.parametrize("action", ["publish", "bulk"])
def test_nobody_publishes_before_the_embargo_ends(paper: Paper, action: str):
    ends = clock.now() + timedelta(hours=3)
    story, desk = paper.story(live=False), paper.desk()
    if action == "publish":
        desk.edit(story, "publish", embargo_until=typed(ends))
    else:
        desk.edit(story, embargo_until=typed(ends))
        desk.post(f"/admin/bulk/wagtailcore/page/publish/?id={story.pk}&next=/admin/")
    assert not live(story)
    assert due(ends - timedelta(minutes=2)).published == ()
    assert due(ends + timedelta(minutes=2)).published == (story.title,)
    assert live(story)


def test_the_review_does_not_publish_before_the_embargo_ends_either(paper: Paper):
    ends = clock.now() + timedelta(hours=3)
    story = paper.story(live=False)
    paper.desk("Reporters").edit(story, "submit", embargo_until=typed(ends))
    paper.desk("Desk editors").approve(story)
    paper.desk("Chief editors").approve(story)
    assert not live(story)
    assert due(ends + timedelta(minutes=2)).published == (story.title,)


def test_the_later_of_plan_and_embargo_counts(paper: Paper):
    ends, planned = clock.now() + timedelta(hours=3), clock.now() + timedelta(hours=5)
    story = paper.story(live=False)
    paper.desk().edit(story, "publish", embargo_until=typed(ends), go_live_at=typed(planned))
    assert due(ends + timedelta(minutes=2)).published == ()
    assert due(planned + timedelta(minutes=2)).published == (story.title,)


@pytest.mark.parametrize("new", ["", "earlier"])
def test_an_embargo_that_is_lifted_or_moved_up_takes_its_date_along(paper: Paper, new: str):
    ends, earlier = clock.now() + timedelta(hours=3), clock.now() + timedelta(hours=1)
    story, desk = paper.story(live=False), paper.desk()
    desk.edit(story, embargo_until=typed(ends))
    desk.edit(story, "publish", embargo_until=typed(earlier) if new else "")
    assert live(story) is not bool(new)
    if new:
        assert due(earlier + timedelta(minutes=2)).published == (story.title,)


def test_a_plan_of_the_editors_own_outlives_the_embargo(paper: Paper):
    ends, planned = clock.now() + timedelta(hours=3), clock.now() + timedelta(hours=5)
    story, desk = paper.story(live=False), paper.desk()
    desk.edit(story, embargo_until=typed(ends), go_live_at=typed(planned))
    desk.edit(story, "publish", embargo_until="")
    assert not live(story)
    assert due(planned + timedelta(minutes=2)).published == (story.title,)


def test_a_story_goes_when_its_time_is_over(paper: Paper):
    over = clock.now() + timedelta(hours=2)
    story = paper.story("The ferry at dawn", live=False)
    paper.desk().edit(story, "publish", expire_at=typed(over))
    assert due(over - timedelta(minutes=2)).expired == ()
    assert due(over + timedelta(minutes=2)).expired == (story.title,)
    assert not live(story)
    assert queries.search("ferry", "en").total == 0


def test_what_is_due_is_done_once(paper: Paper):
    ends = clock.now() + timedelta(hours=3)
    story = paper.story(live=False)
    paper.desk().edit(story, "publish", go_live_at=typed(ends))
    later = ends + timedelta(minutes=2)
    assert due(later).published == (story.title,)
    assert due(later) == Due((), (), ())
