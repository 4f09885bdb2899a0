"""DS-13: who may enter the admin and has no rights on pages, such as the members' desk, sees no word of a draft there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.leaks import canaries, maker
from tests.leaks.process import Answer, Child

STORIES = ("draft", "in-review", "scheduled", "revised")
SHOW = ("view_draft/", "edit/", "revisions/{first}/view/", "revisions/{last}/view/", "revisions/{last}/revert/")
PAGE = (
    *SHOW, "", "edit/preview/", "edit/preview/?mode=member", "edit/preview/?mode=member&in_preview_panel=true",
    "history/", "history/results/", "revisions/", "revisions/compare/{first}...{last}/",
    "revisions/compare/earliest...latest/", "revisions/compare/live...latest/", "usage/", "copy/", "delete/",
    "unpublish/", "privacy/", "move/", "workflow_history/", "revisions/{last}/unschedule/",
)  # fmt: skip
LISTS = (
    "/admin/", "/admin/pages/", "/admin/stories/", "/admin/stories/results/", "/admin/reports/aging-pages/",
    "/admin/reports/site-history/", "/admin/reports/workflow/", "/admin/documents/", "/admin/images/",
    "/admin/pages/search/?q={word}", "/admin/pages/search/results/?q={word}",
)  # fmt: skip


def _member_of_the_members_desk() -> str:
    """Runs in the paper's process: somebody of that group alone; gives their session."""
    from django.contrib.auth.models import Group
    from django.test import Client

    from broadsheet.accounts.models import User

    user = User.objects.filter(email="mira@paper.test").first() or User.objects.create_user("mira@paper.test", "x")
    user.groups.set([Group.objects.get(name="Members' desk")])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def _revisions(pk: int) -> tuple[int, int]:
    from broadsheet.newsroom.models import StoryPage

    found = list(StoryPage.objects.get(pk=pk).revisions.order_by("pk").values_list("pk", flat=True))
    return found[0], found[-1]


def asks(child: Child, address: str, session: str) -> Answer:
    path, _, query = address.partition("?")
    return child.get(path, query=query, headers=(("cookie", f"sessionid={session}"),))


def found(answer: Answer) -> frozenset[str]:
    return canaries.found(answer.body, answer.headers, answer["content-encoding"])


@pytest.fixture(scope="module")
def mira(canary: Child) -> str:
    session = canary.do(_member_of_the_members_desk)
    assert asks(canary, "/admin/members/", session).status == 200, "she is at her own desk"
    return session


@pytest.mark.parametrize("story", STORIES)
def test_DS_13_the_members_desk_is_shown_no_draft_preview_revision_or_comparison(
    canary: Child, mira: str, story: str
) -> None:
    pk, chief = canary.made.pages[story], canary.made.sessions[maker.CHIEF]
    first, last = canary.do(_revisions, pk)
    secrets = frozenset(canary.made.words.of(story).values())
    for end in PAGE:
        address = f"/admin/pages/{pk}/{end}".format(first=first, last=last)
        answer = asks(canary, address, mira)
        assert answer.status in {302, 403}, address
        assert not found(answer), address
        if end in SHOW:
            assert found(asks(canary, address, chief)) & secrets, f"{address} shows nothing to anybody"


@pytest.mark.parametrize("story", ["draft", "in-review"])
def test_DS_13_the_members_desk_gets_no_file_of_a_draft(canary: Child, mira: str, story: str) -> None:
    (number, address), chief = canary.made.files[story], canary.made.sessions[maker.CHIEF]
    inside = canary.made.words.of(story)["inside the file"]
    assert inside in found(asks(canary, address, chief))
    assert (asks(canary, address, mira).status, found(asks(canary, address, mira))) == (404, frozenset())
    for admin in (f"/admin/documents/edit/{number}/", f"/admin/documents/usage/{number}/"):
        answer = asks(canary, admin, mira)
        assert answer.status in {302, 403}, admin
        assert not found(answer), admin
    published = canary.made.files["members"][1]
    assert asks(canary, published, mira).status == 200, "as everybody"


def test_DS_13_no_list_or_search_of_the_admin_names_a_draft_to_the_members_desk(canary: Child, mira: str) -> None:
    hidden = {story: canary.made.words.of(story) for story in ("draft", "in-review")}
    secrets = {word for words in hidden.values() for word in words.values()}
    seen: dict[str, Any] = {}
    for list_ in LISTS:
        address = list_.format(word=hidden["draft"]["headline"])
        if words := found(asks(canary, address, mira)) & secrets - _asked(address):
            seen[address] = words
    assert seen == {}
    assert found(asks(canary, "/admin/stories/", canary.made.sessions[maker.CHIEF])) & secrets


def test_DS_13_a_choosers_list_names_no_draft_to_the_members_desk(canary: Child, mira: str) -> None:
    section, draft = canary.made.ids["en/world"], canary.made.words.of("draft")
    addresses = [f"/admin/choose-page/{section}/", "/admin/choose-page/", "/admin/documents/chooser/",
                 "/admin/images/chooser/"]  # fmt: skip
    addresses += [f"/admin/choose-page/search/?q={word}" for word in draft.values()]
    secrets = frozenset(draft.values())
    assert found(asks(canary, addresses[0], canary.made.sessions[maker.CHIEF])) & secrets
    seen = {address: found(asks(canary, address, mira)) & secrets - _asked(address) for address in addresses}
    assert {address: words for address, words in seen.items() if words} == {}


def _asked(address: str) -> frozenset[str]:
    """The word that was searched for, which a page may say it has not found."""
    return frozenset({address.partition("?q=")[2]})
