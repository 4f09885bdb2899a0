"""Lists that compose themselves: once a turn, from what came out since, skipped when there is too little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from broadsheet.newsletters import tasks
from broadsheet.newsletters.models import Content, Issue
from broadsheet.newsletters.operations import composing
from broadsheet.newsletters.operations.composing import StateError, approve, begin, compose_due, submit, take_back
from broadsheet.newsroom.models import StoryPage
from broadsheet.newsroom.operations.reading import count_views
from tests.apps.newsletters.conftest import NOW, Letters, note

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
State = Issue.State


def told(letters: Letters, headline: str, at: datetime, **fields: Any) -> StoryPage:
    made = letters.paper.story(headline, **fields)
    StoryPage.objects.filter(pk=made.pk).update(first_published_at=at)
    return made


def digests(letters: Letters, **fields: Any) -> Any:
    return letters.list(composing="latest", **fields)


def headlines(issue: Issue) -> list[str]:
    return [block.value["story"].title for block in issue.body]


def test_a_digest_holds_what_came_out_since_the_last_issue_the_newest_large(letters: Letters) -> None:
    told(letters, "Before yesterday", NOW - 2 * DAY)
    told(letters, "Yesterday", NOW - 20 * HOUR)
    told(letters, "Tonight", NOW - 2 * HOUR)
    digests(letters)
    (pk,) = compose_due(NOW)
    issue = Issue.objects.get(pk=pk)
    assert headlines(issue) == ["Tonight", "Yesterday"]
    assert [block.value["weight"] for block in issue.body] == ["lead", "row"]
    assert (issue.subject, issue.preheader) == ("Tonight", "Yesterday")
    assert (issue.state, issue.period, issue.due_at) == (State.SCHEDULED, "2026-11-26", NOW)
    told(letters, "Today", NOW + 3 * HOUR)
    (pk,) = compose_due(NOW + DAY)
    assert headlines(Issue.objects.get(pk=pk)) == ["Today"]


def test_OB_05_however_often_and_by_whomever_it_is_asked_an_issue_is_made_once(letters: Letters) -> None:
    told(letters, "Tonight", NOW - HOUR)
    newsletter = digests(letters)
    assert len(compose_due(NOW)) == 1
    assert compose_due(NOW) == compose_due(NOW + HOUR) == []

    def meanwhile(_pk: int) -> None:
        Issue.objects.create(newsletter=newsletter, period="2026-11-27")

    with patch.object(composing, "last_gathered", side_effect=meanwhile):  # another process is a moment quicker
        assert compose_due(NOW + DAY) == []
    assert Issue.objects.count() == 2


def test_a_digest_with_too_little_is_skipped_and_its_stories_wait_for_the_next(letters: Letters) -> None:
    told(letters, "Monday", NOW - HOUR)
    digests(letters, fewest_stories=2)
    compose_due(NOW)
    assert Issue.objects.get().state == State.SKIPPED
    told(letters, "Tuesday", NOW + 5 * HOUR)
    (pk,) = compose_due(NOW + DAY - timedelta(minutes=5))
    assert headlines(Issue.objects.get(pk=pk)) == ["Tuesday", "Monday"]


def test_nothing_new_means_no_issue(letters: Letters) -> None:
    digests(letters)
    compose_due(NOW)
    assert Issue.objects.get().state == State.SKIPPED
    tasks.work(NOW + HOUR)
    assert Content.objects.count() == 0


def test_a_list_that_is_reviewed_waits_two_hours_ahead_and_goes_out_once_approved(letters: Letters) -> None:
    told(letters, "Tonight", NOW - 6 * HOUR)
    digests(letters, reviewed=True)
    assert compose_due(NOW - 3 * HOUR) == []
    (pk,) = compose_due(NOW - 2 * HOUR)
    assert Issue.objects.get().state == State.REVIEW
    tasks.work(NOW + HOUR)
    assert Issue.objects.get().state == State.REVIEW
    approve(issue_id=pk, user_id=letters.paper.desk().user.pk, due_at=NOW + 2 * HOUR)
    tasks.work(NOW + HOUR)
    assert Issue.objects.get().state == State.SCHEDULED
    tasks.work(NOW + 2 * HOUR)
    assert Issue.objects.get().frozen_at == NOW + 2 * HOUR


def test_a_list_that_is_not_reviewed_goes_out_alone(letters: Letters) -> None:
    told(letters, "Tonight", NOW - HOUR)
    digests(letters)
    tasks.work(NOW - timedelta(minutes=5))
    assert Issue.objects.get().state == State.SCHEDULED
    tasks.work(NOW)
    assert "Tonight" in Content.objects.get(variant="free").html


def test_the_most_read_lead_whatever_is_newest(letters: Letters) -> None:
    often = told(letters, "Often", NOW - 20 * HOUR)
    told(letters, "Newest", NOW - HOUR)
    count_views(views={often.translation_key.bytes: 40}, day=NOW.date())
    letters.list(composing="most_read", most_stories=1)
    compose_due(NOW)
    assert headlines(Issue.objects.get()) == ["Often"]


def test_a_digest_keeps_to_its_subjects_and_its_language(letters: Letters) -> None:
    topic = letters.paper.topic("ports")
    told(letters, "About ports", NOW - HOUR, topics=(topic,))
    told(letters, "About music", NOW - HOUR)
    told(letters, "ميناء", NOW - HOUR, language="ar", slug="port-ar")
    digests(letters, topics=[topic])
    digests(letters, slug="arabic", language="ar")
    compose_due(NOW)
    assert [headlines(issue) for issue in Issue.objects.order_by("pk")] == [["About ports"], ["ميناء"]]


def test_of_the_latest_the_newest_with_a_picture_leads(letters: Letters) -> None:
    told(letters, "Words", NOW - HOUR)
    told(letters, "Picture", NOW - 2 * HOUR, picture=letters.paper.picture().pk)
    digests(letters)
    compose_due(NOW)
    assert headlines(Issue.objects.get()) == ["Picture", "Words"]


@pytest.mark.parametrize("fields", [{"composing": "hand"}, {"rhythm": "none"}, {"open": False}, {"rhythm": "weekly"}])
def test_nothing_composes_itself_that_was_not_asked_to(letters: Letters, fields: dict[str, Any]) -> None:
    told(letters, "Tonight", NOW - HOUR)
    letters.list(**{"composing": "latest", "day": 1, **fields})  # a Tuesday; NOW is a Thursday
    assert compose_due(NOW) == []


def test_one_lists_fault_is_no_others(letters: Letters) -> None:
    told(letters, "Tonight", NOW - HOUR)
    digests(letters, zone="Nowhere/At_All")
    digests(letters, slug="sound")
    assert len(compose_due(NOW)) == 1
    assert Issue.objects.get().newsletter.slug == "sound"


def test_a_draft_by_hand_is_due_at_the_lists_next_time_and_may_be_filled(letters: Letters) -> None:
    told(letters, "Tonight", NOW - HOUR)
    newsletter = letters.list(zone="Asia/Tokyo")
    empty, filled = (begin(newsletter_id=newsletter.pk, now=NOW, filled=filled) for filled in (False, True))
    assert Issue.objects.get(pk=empty).due_at == datetime(2026, 11, 26, 22, tzinfo=UTC)
    assert headlines(Issue.objects.get(pk=empty)) == []
    assert headlines(Issue.objects.get(pk=filled)) == ["Tonight"]


def test_an_issue_moves_only_where_it_may(letters: Letters) -> None:
    issue = letters.issue(letters.list(), note())
    user = letters.paper.desk().user.pk
    submit(issue_id=issue.pk)
    with pytest.raises(StateError):
        submit(issue_id=issue.pk)
    approve(issue_id=issue.pk, user_id=user, due_at=NOW)
    take_back(issue_id=issue.pk)
    issue.refresh_from_db()
    assert (issue.state, issue.approved_by) == (State.DRAFT, None)
    Issue.objects.filter(pk=issue.pk).update(state=State.SENDING)
    for move in (lambda: approve(issue_id=issue.pk, user_id=user, due_at=NOW), lambda: take_back(issue_id=issue.pk)):
        with pytest.raises(StateError):
            move()
