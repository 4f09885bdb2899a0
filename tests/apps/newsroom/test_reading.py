"""How often stories are read, added up by story and day; and the stories that a digest asks for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync

from broadsheet.newsroom import queries
from broadsheet.newsroom.models import StoryPage, Views
from broadsheet.newsroom.operations.reading import KEPT, count_views, forget_views
from broadsheet.newsroom.queries import Subjects

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 26)
MORNING, EVENING = datetime(2026, 11, 26, 7, tzinfo=UTC), datetime(2026, 11, 26, 19, tzinfo=UTC)


def told() -> dict[tuple[date, UUID], int]:
    return {(row.day, row.story): row.count for row in Views.objects.all()}


def at(story: StoryPage, moment: datetime) -> StoryPage:
    StoryPage.objects.filter(pk=story.pk).update(first_published_at=moment)
    return story


def found(subjects: Subjects, since: datetime = MORNING, until: datetime = EVENING, **more: Any) -> list[str]:
    return [card.headline for card in queries.published_between("en", subjects, since, until, 10, **more)]


def test_views_of_several_workers_add_up_by_day() -> None:
    one, two = UUID(int=1), UUID(int=2)
    count_views(views={one.bytes: 3}, day=DAY)
    count_views(views={one.bytes: 4, two.bytes: 1}, day=DAY)
    count_views(views={one.bytes: 1}, day=DAY + timedelta(1))
    assert told() == {(DAY, one): 7, (DAY, two): 1, (DAY + timedelta(1), one): 1}


def test_views_are_forgotten_in_the_end() -> None:
    count_views(views={UUID(int=1).bytes: 3}, day=DAY)
    assert forget_views(today=DAY + KEPT) == 0
    assert forget_views(today=DAY + KEPT + timedelta(1)) == 1


def test_the_edge_is_heard_in_the_lane_of_the_desks() -> None:
    from broadsheet.edge.counting import hand_on
    from broadsheet.web.asgi import Lanes

    with patch("broadsheet.web.asgi._count") as counted:
        assert async_to_sync(hand_on)(Lanes(lambda *_: None), {b"k" * 16: 2})  # type: ignore[arg-type,return-value]
    counted.assert_called_once_with({b"k" * 16: 2})


def test_what_the_edge_tells_is_kept_under_today() -> None:
    from broadsheet import clock
    from broadsheet.web.asgi import _count

    with patch("django.db.close_old_connections"):  # this test's own connection holds its transaction
        _count({UUID(int=5).bytes: 2})
    assert told() == {(clock.now().date(), UUID(int=5)): 2}


def test_a_digest_asks_for_what_came_out_since_about_any_of_its_subjects(paper: Any) -> None:
    at(paper.story("By topic", topics=[paper.topic("ports"), paper.topic("ships")]), MORNING)
    at(paper.story("By place", places=[paper.place("tallinn")]), MORNING + timedelta(hours=1))
    at(paper.story("By dateline", dateline=paper.place("tallinn")), MORNING + timedelta(hours=2))
    at(paper.story("By section", section="culture"), MORNING + timedelta(hours=3))
    at(paper.story("Of nothing asked"), MORNING + timedelta(hours=4))
    at(paper.story("Too old", section="culture"), MORNING - timedelta(seconds=1))
    at(paper.story("Too new", section="culture"), EVENING)
    subjects = Subjects(
        (paper.topic("ports"), paper.topic("ships")), (paper.place("tallinn"),), (paper.section("culture"),)
    )
    assert found(subjects) == ["By section", "By dateline", "By place", "By topic"]
    assert found(Subjects(sections=(paper.section("culture"),))) == ["By section"]
    assert found(Subjects())[0] == "Of nothing asked"
    assert len(found(Subjects())) == 5


def test_the_most_read_come_first_whatever_was_read_before(paper: Any) -> None:
    old, new, unread = (at(paper.story(name), MORNING) for name in ("Read once", "Read often", "Unread"))
    count_views(views={old.translation_key.bytes: 1, new.translation_key.bytes: 9}, day=DAY)
    count_views(views={unread.translation_key.bytes: 99}, day=DAY - timedelta(1))
    assert found(Subjects(), most_read=True) == ["Read often", "Read once", "Unread"]
