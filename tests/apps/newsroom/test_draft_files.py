"""DS-13, MD-02: a file that only a draft holds is for those who work on files, and not for all who enter the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from broadsheet.newsroom.operations import opening
from tests.paper import Desk, Paper, block, long_body


def of_the_group(name: str) -> Desk:
    user = get_user_model().objects.create_user("somebody@example.org", "amber-quay-41")
    user.groups.add(Group.objects.get(name=name))
    return Desk(user)


@pytest.mark.parametrize(
    ("group", "status"),
    [(opening.REPORTERS, 200), (opening.DESK, 200), (opening.CHIEFS, 200), ("Members' desk", 404)],
)
def test_DS_13_MD_02_a_drafts_file_is_for_the_newsroom_and_not_for_the_members_desk(
    paper: Paper, group: str, status: int
) -> None:
    file = paper.file()
    held = block("file", {"document": file.pk, "title": "The treaty"})
    story = paper.story(body=[*long_body(), held], live=False)
    desk = of_the_group(group)
    assert desk.get("/admin/").status_code == 200, "they may enter the admin"
    assert desk.get(file.url).status_code == status
    assert paper.get(file.url).status_code == 404
    story.save_revision().publish()
    assert desk.get(file.url).status_code == paper.get(file.url).status_code == 200
