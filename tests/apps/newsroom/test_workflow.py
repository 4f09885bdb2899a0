"""Two steps: the desk reads, the chief approves and with that publishes. Nobody skips one who may not."""

from __future__ import annotations

import pytest
from django.core import mail

from broadsheet.newsroom.models import StoryPage
from tests.paper import Paper


def state(story: StoryPage) -> str:
    found = StoryPage.objects.get(pk=story.pk)
    step = found.current_workflow_task
    return "live" if found.live else (step.name if step else "draft")


def test_a_story_passes_desk_and_chief_and_is_then_live(paper: Paper):
    story = paper.story(live=False)
    paper.desk("Reporters").edit(story, "submit")
    assert state(story) == "Desk read"
    paper.desk("Desk editors").approve(story)
    assert state(story) == "Chief's approval"
    paper.desk("Chief editors").approve(story)
    assert state(story) == "live"


@pytest.mark.parametrize("group", ["Reporters", "Desk editors"])
def test_whoever_may_not_publish_cannot_even_with_a_forged_form(paper: Paper, group: str):
    story, desk = paper.story(live=False), paper.desk(group)
    assert "action-publish" not in desk.get(f"/admin/pages/{story.pk}/edit/").content.decode()
    desk.edit(story, "publish", title="Changed")
    desk.post(f"/admin/bulk/wagtailcore/page/publish/?id={story.pk}&next=/admin/")
    assert state(story) == "draft"


@pytest.mark.parametrize(
    ("group", "step"), [("Reporters", 1), ("Chief editors", 1), ("Reporters", 2), ("Desk editors", 2)]
)
def test_nobody_takes_a_step_that_is_not_theirs(paper: Paper, group: str, step: int):
    story = paper.story(live=False)
    paper.desk("Reporters").edit(story, "submit")
    if step == 2:
        paper.desk("Desk editors").approve(story)
    before = state(story)
    paper.desk(group).approve(story)
    assert state(story) == before


def test_a_story_sent_back_can_be_mended_and_comes_again(paper: Paper):
    story = paper.story(live=False)
    reporter = paper.desk("Reporters")
    reporter.edit(story, "submit")
    paper.desk("Desk editors").approve(story, action="reject", comment="Who says so?")
    assert StoryPage.objects.get(pk=story.pk).current_workflow_state.status == "needs_changes"
    assert "Who says so?" in reporter.get(f"/admin/pages/{story.pk}/edit/").content.decode()
    reporter.edit(story, "submit", title="A better headline")
    assert state(story) == "Desk read"


def test_the_next_step_is_told_by_mail(paper: Paper):
    story = paper.story("A story to read", live=False)
    paper.desk("Desk editors")
    paper.desk("Reporters").edit(story, "submit")
    assert [message.to for message in mail.outbox] == [["desk@example.org"]]
    assert "A story to read" in mail.outbox[0].subject


def test_a_reporter_cannot_change_what_the_desk_reads(paper: Paper):
    story, reporter = paper.story("As it was", live=False), paper.desk("Reporters")
    reporter.edit(story, "submit")
    reporter.edit(story, title="Changed behind the desk's back")
    assert StoryPage.objects.get(pk=story.pk).get_latest_revision_as_object().title == "As it was"
