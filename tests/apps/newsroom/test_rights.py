"""What shows a picture whose licence has run out is published by nobody, in no way, and every way says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from broadsheet import clock
from broadsheet.newsroom import rules
from broadsheet.newsroom.models import InfoPage, Picture, StoryPage
from broadsheet.newsroom.operations import filing
from broadsheet.newsroom.operations.publishing import publish_due
from broadsheet.newsroom.rights import RightsError
from tests.paper import Answer, Blocks, Paper, at, block, item, long_body

LAPSED, TITLE = date(2020, 2, 29), "The harbour at noon"


def shown(picture: int) -> dict[str, Any]:
    return {"picture": picture, "caption": "", "alt": "", "width": "column"}


def lead(paper: Paper, picture: int) -> StoryPage:
    return paper.story(picture=picture, live=False)


def in_body(paper: Paper, *more: dict[str, Any]) -> StoryPage:
    body: Blocks = [*long_body(), *more]
    return paper.story(body=body, live=False)


PLACES: dict[str, Callable[[Paper, int], StoryPage]] = {
    "lead picture": lead,
    "picture": lambda paper, pk: in_body(paper, block("picture", shown(pk))),
    "gallery": lambda paper, pk: in_body(paper, block("gallery", {"title": "", "pictures": [item(shown(pk))]})),
    "poster": lambda paper, pk: in_body(
        paper, block("embed", {"url": "https://vimeo.com/1", "title": "A film", "poster": pk})
    ),
}


def by_form(paper: Paper, story: StoryPage) -> Answer:
    return paper.desk().edit(story, "publish")


def by_submitting(paper: Paper, story: StoryPage) -> Answer:
    return paper.desk("Reporters").edit(story, "submit")


def by_bulk(paper: Paper, story: StoryPage) -> Answer:
    return paper.desk().post(f"/admin/bulk/wagtailcore/page/publish/?id={story.pk}&next=/admin/", {})


def by_bulk_of_the_section(paper: Paper, story: StoryPage) -> Answer:
    section = story.get_parent().pk
    path = f"/admin/bulk/wagtailcore/page/publish/?id={section}&next=/admin/"
    return paper.desk().post(path, {"include_descendants": "on"})


def by_reverting(paper: Paper, story: StoryPage) -> Answer:
    desk, old = paper.desk(), story.latest_revision
    data = desk.form(story) | {"action-publish": "1", "revision": str(old.pk)}
    return desk.post(f"/admin/pages/{story.pk}/revisions/{old.pk}/revert/", data)


WAYS: dict[str, Callable[[Paper, StoryPage], Answer]] = {
    "form": by_form,
    "submitting": by_submitting,
    "bulk action": by_bulk,
    "bulk action on the section": by_bulk_of_the_section,
    "reverting": by_reverting,
}


def refuses(answer: Answer) -> None:
    assert answer.status in {200, 400}
    assert f"“{TITLE}” (2020-02-29)" in answer.text


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_publishing_lets_a_lapsed_picture_through(paper: Paper, way: str, place: str):
    story = PLACES[place](paper, paper.picture(TITLE, LAPSED).pk)
    refuses(WAYS[way](paper, story))
    story.refresh_from_db()
    assert not story.live


@pytest.mark.parametrize("place", PLACES)
def test_the_same_stories_are_published_on_the_last_day_itself(paper: Paper, place: str):
    today = timezone.localtime(clock.now(), timezone.get_default_timezone()).date()
    story = PLACES[place](paper, paper.picture(TITLE, today).pk)
    by_form(paper, story)
    story.refresh_from_db()
    assert story.live


@pytest.mark.parametrize("step", ["Desk editors", "Chief editors"])
@pytest.mark.parametrize("asked_by", ["browser", "dialogue", "edit form"])
def test_no_step_of_the_review_approves_what_may_not_be_shown(paper: Paper, step: str, asked_by: str):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk, live=False)
    paper.desk("Reporters").edit(story, "submit")
    if step == "Chief editors":
        paper.desk("Desk editors").approve(story)
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    desk = paper.desk(step)
    if asked_by == "edit form":
        refuses(desk.edit(story, "workflow-action", **{"workflow-action-name": "approve"}))
    elif asked_by == "browser":
        refuses(desk.approve(story))
    else:
        refuses(approved_in_a_dialogue(desk, story))
    story = StoryPage.objects.get(pk=story.pk)
    assert not story.live
    assert story.current_workflow_state.status == "in_progress"
    assert step in [group.name for group in story.current_workflow_task.specific.groups.all()]


def approved_in_a_dialogue(desk: Any, story: StoryPage) -> Answer:
    response = desk.client.post(
        desk.review(story), {"comment": "Fine."}, headers={"X-Requested-With": "XMLHttpRequest"}
    )
    told = json.loads(response.content)
    assert told["step"] == "success"
    return Answer(desk.client.get(told["redirect"]))


def test_a_reviewer_may_still_ask_for_changes(paper: Paper):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk, live=False)
    paper.desk("Reporters").edit(story, "submit")
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    paper.desk("Desk editors").approve(story, action="reject", comment="The picture has run out.")
    assert StoryPage.objects.get(pk=story.pk).current_workflow_state.status == "needs_changes"


@pytest.mark.parametrize("asked", ["publish_copies", "alias"])
def test_a_copy_is_not_published_once_the_licence_has_run_out(paper: Paper, asked: str):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk)
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    data = {"new_title": "A copy", "new_slug": "a-copy", "new_parent_page": story.get_parent().pk, asked: "on"}
    refuses(paper.desk().post(f"/admin/pages/{story.pk}/copy/", data))
    assert not StoryPage.objects.filter(slug="a-copy").exists()


def test_copying_a_section_with_its_stories_is_refused_whole(paper: Paper):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk)
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    section = story.get_parent()
    data = {
        "new_title": "Second world", "new_slug": "second-world", "new_parent_page": section.get_parent().pk,
        "copy_subpages": "on", "publish_copies": "on",
    }  # fmt: skip
    refuses(paper.desk().post(f"/admin/pages/{section.pk}/copy/", data))
    assert StoryPage.objects.count() == 1


def test_a_draft_copy_may_be_made_at_any_time(paper: Paper):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk)
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    data = {"new_title": "A copy", "new_slug": "a-copy", "new_parent_page": story.get_parent().pk}
    paper.desk().post(f"/admin/pages/{story.pk}/copy/", data)
    assert StoryPage.objects.get(slug="a-copy").live is False


@pytest.mark.parametrize("action", ["publish", "copy"])
def test_the_admins_own_api_is_refused_with_the_same_words(paper: Paper, action: str):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk, live=action == "copy")
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    path = f"/admin/api/main/pages/{story.pk}/action/{action}/"
    response = paper.desk().client.post(path, {"slug": "a-copy", "title": "A copy"}, content_type="application/json")
    assert response.status_code == 400
    assert TITLE in response.content.decode()
    assert StoryPage.objects.filter(live=True).count() == (1 if action == "copy" else 0)


def test_the_clock_refuses_one_story_and_publishes_the_others(paper: Paper):
    soon = clock.now() + timedelta(hours=1)
    picture = paper.picture(TITLE)
    for headline, held in (("First", picture.pk), ("Second", None)):
        story = paper.story(headline, picture=held, live=False)
        story.go_live_at = soon
        story.save_revision().publish()
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    with at(soon + timedelta(minutes=1)) as now:
        due = publish_due(now=now)
    assert due.published == ("Second",)
    assert [title for title, _ in due.refused] == ["First"]
    assert f"“{TITLE}” (2020-02-29)" in due.refused[0][1]
    assert [story.title for story in StoryPage.objects.live()] == ["Second"]


def test_wagtails_own_command_does_not_stop_at_the_first_refusal(paper: Paper, capsys: pytest.CaptureFixture[str]):
    picture = paper.picture(TITLE)
    past = clock.now() - timedelta(minutes=1)
    for headline, held in (("First", picture.pk), ("Second", None)):
        story = paper.story(headline, picture=held, live=False)
        story.revisions.update(approved_go_live_at=past)
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    call_command("publish_scheduled")
    said = capsys.readouterr()
    assert "Published: Second" in said.out
    assert "Refused: First" in said.err
    assert TITLE in said.err


def test_a_story_planned_beyond_the_last_day_is_refused_when_it_is_planned(paper: Paper):
    ends = clock.now().date() + timedelta(days=3)
    story = paper.story(picture=paper.picture(TITLE, ends).pk, live=False)
    later = (clock.now() + timedelta(days=5)).strftime("%Y-%m-%d %H:%M")
    answer = paper.desk().edit(story, "publish", go_live_at=later)
    assert f"“{TITLE}” ({ends:%Y-%m-%d})" in answer.text
    story.refresh_from_db()
    assert not story.live
    assert not story.revisions.filter(approved_go_live_at__isnull=False).exists()


def test_an_embargo_beyond_the_last_day_counts_as_the_date_of_publication(paper: Paper):
    ends = clock.now().date() + timedelta(days=3)
    story = paper.story(picture=paper.picture(TITLE, ends).pk, live=False)
    later = (clock.now() + timedelta(days=5)).strftime("%Y-%m-%d %H:%M")
    answer = paper.desk().edit(story, "publish", embargo_until=later)
    assert TITLE in answer.text
    assert not StoryPage.objects.get(pk=story.pk).revisions.filter(approved_go_live_at__isnull=False).exists()


def test_a_draft_with_a_lapsed_picture_may_be_saved(paper: Paper):
    story = paper.story(picture=paper.picture(TITLE, LAPSED).pk, live=False)
    answer = paper.desk().edit(story, title="Another headline")
    assert answer.status == 200
    assert TITLE + "” (2020" not in answer.text
    assert StoryPage.objects.get(pk=story.pk).get_latest_revision_as_object().title == "Another headline"


def test_a_live_story_stays_and_may_move_when_its_licence_runs_out(paper: Paper):
    picture = paper.picture(TITLE)
    story = paper.story(picture=picture.pk)
    Picture.objects.filter(pk=picture.pk).update(rights_expire=LAPSED)
    story = StoryPage.objects.get(pk=story.pk)
    story.slug = "another"
    story.save()
    story.move(story.get_parent().specific.__class__.objects.get(pk=paper.section("economy")), pos="last-child")
    assert StoryPage.objects.get(pk=story.pk).live


def test_a_page_about_the_paper_holds_the_check_too(paper: Paper):
    picture = paper.picture(TITLE, LAPSED)
    body = [block("picture", shown(picture.pk))]
    with pytest.raises(RightsError, match=TITLE):
        filing.file_info(language="en", slug="about", title="About", body=body)
    assert not InfoPage.objects.exists()


def test_a_file_whose_licence_has_run_out_is_refused_as_a_picture_is(paper: Paper):
    document = paper.file("The treaty of 1858", LAPSED)
    with pytest.raises(RightsError, match="The treaty of 1858"):
        paper.story(body=[*long_body(), block("file", {"document": document.pk, "title": ""})])


def test_every_lapsed_picture_is_named_once():
    rights = [rules.Right("A", LAPSED), rules.Right("B", None), rules.Right("C", date(2030, 1, 1))]
    assert rules.expired(rights, date(2020, 3, 1)) == [rights[0]]
    assert rules.expired(rights, LAPSED) == []
    assert rules.expired(rights, date(2031, 1, 1)) == [rights[0], rights[2]]
