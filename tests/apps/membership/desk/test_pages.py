"""The desk's pages: who may open them, how readers are found, what a reader's page says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.membership import operations, queries
from broadsheet.membership.models import Mail, Plan, WebhookEvent
from broadsheet.membership.operations import desk as acts
from tests.apps.membership.stage import DAY, Stage
from tests.paper import Desk

PAGES = [
    "", "readers/", "readers/results/", "readers/{pk}/", "readers/{pk}/do/note/", "readers/{pk}/do/give/",
    "export/", "import/", "plans/", "plans/new/", "prices/", "prices/new/", "tiers/", "coupons/", "coupons/new/",
    "texts/", "texts/new/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_the_desk_opens_its_pages_and_nobody_else_does(desk: Desk, chief: Desk, stage: Stage, stranger, page: str):
    address = "/admin/members/" + page.format(pk=stage.reader().user_id)
    assert desk.get(address).status_code == 200
    assert chief.get(address).status_code == 403
    assert stranger.get(address).status_code == 302


def test_whoever_may_only_look_may_do_nothing(stage: Stage):
    from django.contrib.auth.models import Group, Permission

    from tests.apps.membership.desk.conftest import staff

    group = Group.objects.create(name="Lookers")
    names = ["access_admin", "view_customer"]
    group.permissions.set(Permission.objects.filter(codename__in=names))
    looker, reader = staff("lo@example.org", "Lookers"), stage.reader()
    page = looker.get(f"/admin/members/readers/{reader.user_id}/")
    assert page.status_code == 200
    assert "/do/" not in page.content.decode()
    for address in (f"readers/{reader.user_id}/do/note/", "export/", "import/", "prices/new/"):
        assert looker.get(f"/admin/members/{address}").status_code == 403
    assert looker.client.post(f"/admin/members/readers/{reader.user_id}/look/").status_code == 403


def found(desk: Desk, **asked: str) -> set[str]:
    page = desk.get("/admin/members/readers/", **asked)
    assert page.status_code == 200
    return {row.found.person.email for row in page.context["table"].data}


def test_readers_are_found_by_mail_name_and_the_gateways_numbers(desk: Desk, stage: Stage):
    ann, _ben = stage.reader("ann@example.org"), stage.reader("ben@example.org")
    get_user_model().objects.filter(pk=ann.user_id).update(first_name="Ann", last_name="Onshore")
    subscription = stage.join(ann)
    row = stage.row(subscription)
    for asked in ("ann@", "onshore", "Ann Onshore", subscription, row.customer.gateway_id, row.latest_invoice):
        assert asked, "the stage has no such number"
        assert found(desk, q=asked) == {"ann@example.org"}, asked
    assert found(desk, q="nobody-at-all") == set()
    assert found(desk, q="sub_%") == set()


def test_the_list_is_narrowed_by_state_plan_and_trials_that_end(desk: Desk, stage: Stage):
    trial, paying, over, given, nobody = (stage.reader(f"{name}@example.org") for name in "tpogn")
    stage.join(trial)
    stage.join(paying, "year", trial=0)
    ended = stage.join(over, "month", trial=0)
    operations.end(user_id=over.user_id, now=stage.now, subscription=ended)
    stage.work()
    operations.grant(
        user_id=given.user_id, tier="full", now=stage.now, ends_at=stage.now + DAY, reason="a friend", by=desk.user.pk
    )
    assert found(desk, state="trialing") == {trial.email}
    assert found(desk, state="active") == {paying.email}
    assert found(desk, state="over") == {over.email}
    assert found(desk, state="given") == {given.email}
    assert found(desk, state="members") == {trial.email, paying.email, given.email}
    assert found(desk, state="none") >= {nobody.email, over.email}
    assert found(desk, plan=str(Plan.objects.get(interval="year").pk)) == {paying.email}
    assert found(desk, trial="7") == set()
    stage.pass_time(timedelta(days=25))
    assert found(desk, trial="7") == {trial.email}
    operations.cancel(user_id=paying.user_id, now=stage.now)
    stage.work()
    assert found(desk, state="ending") == {paying.email}


def test_a_reader_whose_payment_failed_is_found(desk: Desk, stage: Stage):
    reader = stage.reader()
    stage.join(reader, "month", trial=0)
    stage.row(queries.membership_of(reader.user_id, stage.now).contracts[0].id)
    from broadsheet.membership.models import SubscriptionSnapshot

    SubscriptionSnapshot.objects.update(status="past_due", first_failed_at=stage.now)
    assert found(desk, state="past_due") == {reader.email}
    page = desk.get(f"/admin/members/readers/{reader.user_id}/").content.decode()
    assert "A payment failed. Reads on while it is tried again." in page


def test_the_list_asks_no_more_for_fifty_readers_than_for_two(desk: Desk, stage: Stage):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert desk.get("/admin/members/readers/").status_code == 200
        return len(seen)

    for _ in range(2):
        stage.join(stage.reader())
    asked()
    few = asked()
    for _ in range(30):
        stage.join(stage.reader())
    assert asked() == few


def test_the_list_has_pages(desk: Desk, stage: Stage):
    for number in range(55):
        stage.reader(f"reader{number:02}@paging.example")
    first, second = (desk.get("/admin/members/readers/", q="paging", p=str(number)) for number in (1, 2))
    assert (len(first.context["table"].data), len(second.context["table"].data)) == (50, 5)


def test_a_readers_page_tells_state_reason_and_the_whole_story(desk: Desk, stage: Stage):
    reader = stage.reader()
    stage.join(reader, "month", trial=0)
    stage.work()
    operations.cancel(user_id=reader.user_id, now=stage.now, reason="too little time")
    stage.work()
    acts.write_note(
        act=acts.Act(reader.user_id, desk.user.pk, str(desk.user), stage.now, "note-1"), text="Called on Monday"
    )
    answer = desk.get(f"/admin/members/readers/{reader.user_id}/")
    sources = {each.source for each in answer.context["story"]}
    assert sources >= {
        "history",
        "mail",
        "invoice",
        "consent",
        "cancellation",
        "desk",
        "event",
        "operation",
        "checkout",
    }
    page = answer.content.decode()
    for words in ("Reads as a member: it is paid.", "Called on Monday", "too little time", "mira", "$2.90", "Welcome"):
        assert words in page, words
    at = [each.at for each in answer.context["story"]]
    assert at == sorted(at, reverse=True)
    only = desk.get(f"/admin/members/readers/{reader.user_id}/", only="mail").context["story"]
    assert {each.source for each in only} == {"mail"}


def test_what_a_reader_wrote_is_never_markup(desk: Desk, stage: Stage):
    reader = stage.reader()
    stage.join(reader, "month", trial=0)
    operations.cancel(user_id=reader.user_id, now=stage.now, reason="<script>alert(1)</script>")
    page = desk.get(f"/admin/members/readers/{reader.user_id}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_readers_do_not_see_the_desks_notes(desk: Desk, stage: Stage):
    reader = stage.reader()
    acts.write_note(act=acts.Act(reader.user_id, desk.user.pk, "Mira", stage.now, "note-2"), text="Between us")
    assert queries.timeline(reader.user_id) == ()
    kept = queries.export(reader.user_id)["desk"]
    assert kept[0]["details"] == {"text": "Between us"}
    assert "Mira" not in str(kept)
    operations.erase(user_id=reader.user_id, now=stage.now)
    assert queries.export(reader.user_id)["desk"] == []


def test_the_glance_counts_what_there_is(desk: Desk, chief: Desk, stage: Stage):
    stage.join(stage.reader(), "month", trial=0)
    stage.join(stage.reader(), "year", trial=0)
    stage.join(stage.reader())
    leaving = stage.reader()
    stage.join(leaving, "month", trial=0)
    operations.cancel(user_id=leaving.user_id, now=stage.now)
    stage.work()
    for page in ("/admin/members/", "/admin/"):
        answer = desk.get(page)
        text = answer.content.decode()
        assert "$7.46" in text, page  # 2 × 2.90 + 19.90 / 12
        assert "4 joined, 1 cancelled" in text
        assert '<svg class="members-chart"' in text
    glance = desk.get("/admin/members/").context["glance"]
    assert (glance.figures.active, glance.figures.trialing, glance.health.drift) == (3, 1, 0)
    assert sum(day.joined for day in glance.days) == 4
    assert "members-chart" not in chief.get("/admin/").content.decode()


def test_parked_events_stand_on_the_front(desk: Desk, stage: Stage):
    WebhookEvent.objects.create(
        event_id="evt_poison", kind="customer.updated", customer="cus_x", livemode=False, created_at=stage.now,
        received_at=stage.now, next_try=stage.now, state=WebhookEvent.PARKED, error="It was poison",
    )  # fmt: skip
    page = desk.get("/admin/members/").content.decode()
    assert "evt_poison" in page
    assert "It was poison" in page


def test_a_reader_who_is_not_there_is_404(desk: Desk, stage: Stage):
    assert desk.get("/admin/members/readers/999999/").status_code == 404
    assert desk.get(f"/admin/members/readers/{stage.reader().user_id}/do/nothing/").status_code == 404
    assert Mail.objects.count() == 0
