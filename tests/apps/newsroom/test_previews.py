"""An editor sees a draft as a stranger past the meter, a reader within it, and a member would see it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.paper import Desk, Paper

FRAME = "frame-ancestors 'self'"


def preview(desk: Desk, story: Any, mode: str, **changes: str) -> str:
    """The preview's page, as the desk's frame loads it."""
    path = f"/admin/pages/{story.pk}/edit/preview/?mode={mode}"
    sent = desk.client.post(path, {**desk.form(story), **changes})
    assert sent.json() == {"is_valid": True, "is_available": True}
    shown = desk.client.get(f"{path}&in_preview_panel=true")
    assert shown.status_code == 200
    assert FRAME in shown.headers["Content-Security-Policy"]
    return shown.content.decode()


@pytest.mark.parametrize(
    ("mode", "access", "whole"),
    [
        ("stranger", "metered", False),
        ("stranger", "members", False),
        ("reader", "metered", True),
        ("member", "metered", True),
        ("member", "members", True),
    ],
)
def test_each_mode_shows_what_that_reader_sees(paper: Paper, mode: str, access: str, whole: bool):
    story = paper.story(access=access, live=False)
    page = preview(paper.desk("Reporters"), story, mode)
    assert "opening1 " in page
    assert ("hidden0x1 " in page) is whole
    assert ('class="wall"' in page) is not whole


@pytest.mark.parametrize("mode", ["stranger", "reader", "member"])
def test_an_open_story_is_whole_for_everybody(paper: Paper, mode: str):
    story = paper.story(access="open", live=False)
    assert "hidden0x1 " in preview(paper.desk("Reporters"), story, mode)


def test_a_reader_within_the_meter_meets_the_wall_of_a_members_story(paper: Paper):
    story = paper.story(access="members", live=False)
    page = preview(paper.desk("Reporters"), story, "reader")
    assert "hidden0x1 " not in page
    assert 'class="wall"' in page


def test_a_preview_shows_what_is_typed_and_not_yet_saved(paper: Paper):
    story = paper.story(live=False)
    page = preview(paper.desk("Reporters"), story, "stranger", title="Typed a moment ago")
    assert re.search(r"<h1>Typed a moment ago</h1>", page)
    story.refresh_from_db()
    assert story.title != "Typed a moment ago"


def test_the_lead_of_a_preview_follows_the_typed_length(paper: Paper):
    story = paper.story(live=False)
    page = preview(paper.desk("Reporters"), story, "stranger", lead_words="40")
    assert "opening40" in page
    assert "second1 " not in page


@pytest.mark.parametrize("size", ["mobile", "tablet", "desktop"])
def test_the_desk_offers_phone_tablet_and_desktop(paper: Paper, size: str):
    page = paper.desk("Reporters").get(f"/admin/pages/{paper.story(live=False).pk}/edit/").content.decode()
    assert re.search(rf"preview-size[^>]*{size}|{size}[^>]*preview", page, re.IGNORECASE)


@pytest.mark.parametrize("who", ["stranger", "somebody with an account"])
def test_nobody_but_staff_gets_a_preview(paper: Paper, who: str, django_user_model: Any, client: Any):
    story = paper.story(live=False)
    if who != "stranger":
        client.force_login(django_user_model.objects.create_user("reader@example.org", "x"))
    path = f"/admin/pages/{story.pk}/edit/preview/?mode=member"
    answer = client.get(path)
    assert answer.status_code in {302, 403}
    assert "hidden0x1" not in answer.content.decode()
