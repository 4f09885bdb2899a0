"""What the law asks of the ways out: cancelling, withdrawing, and what is confirmed; with a gateway in memory."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from broadsheet.membership import keys, mails, operations
from broadsheet.membership.models import Cancellation, Mail, Tier
from broadsheet.membership.operations import Reader
from broadsheet.paywall import passes
from broadsheet.paywall.queries import lost_passes
from broadsheet.readers import Standing
from tests.apps.membership.stage import Stage
from tests.apps.web.membership.pages import client_of, hidden, main_of, pass_in, said, terms_page
from tests.paper import Paper

PAGES = ("/", "/world/", "/search/", "/subscribe/", "/nowhere/", "/account/login/", "/membership/cancel/",
         "/membership/withdraw/", "/ar/", "/ar/search/", "/ar/subscribe/", "/ar/nowhere/", "/ar/account/login/",
         "/account/join/", "/membership/declared/x/", "/membership/seat/x/", "/g/x/", "/ar/membership/cancel/")  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, "story", "topic"])
def test_LG_03_and_LG_07_both_ways_out_stand_at_the_foot_of_every_page(stage: Stage, paper: Paper, path: str) -> None:
    if path == "story":
        path = paper.story().url
    elif path == "topic":
        paper.topic("rivers")
        path = "/topics/rivers/"
    page = Client().get(path).content.decode()
    foot = page.partition('<footer class="foot">')[2]
    prefix = "/ar" if path.startswith("/ar/") else ""
    for name in ("cancel", "withdraw"):
        link = f'<a href="{prefix}/membership/{name}/">'
        assert link in foot
        before = foot.partition(link)[0]
        assert before.count("<nav") == before.count("</nav>"), "in no menu"
        assert before.count("<details") == before.count("</details>")


def test_LG_04_one_page_one_button_no_log_in_and_nothing_else_needed(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann)
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get("/membership/cancel/")
    form = main_of(page)
    assert page.status_code == 200
    assert '<button class="button">Cancel now</button>' in form
    assert "password" not in form.lower()
    names = set(re.findall(r'name="(\w+)"', form))
    assert names == {"kind", "reason", "contract", "name", "email", "end_wanted", "confirm_to"}
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*required', form) == ["email"]
    assert not page.cookies, "it needs no cookie"
    answer = stranger.post("/membership/cancel/", {"email": "ann@example.org"})
    assert answer.status_code == 303
    assert Cancellation.objects.filter(subscription=subscription).count() == 1


def test_LG_05_it_is_confirmed_on_a_page_as_a_file_and_by_mail_even_with_the_gateway_down(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann)
    stage.till.down = True
    client = client_of(ann)
    page = client.get("/membership/cancel/")
    answer = client.post("/membership/cancel/", {
        "email": ann.email, "contract": hidden(page, "contract"), "me": hidden(page, "me"), "kind": "cancel"
    })  # fmt: skip
    shown = client.get(answer.url)
    for word in (
        "Your membership is cancelled",
        "Received",
        "March 1, 2026",
        "Ends",
        "March 31, 2026",
        "ann@example.org",
    ):
        assert word in said(shown)
    kept = client.get(answer.url, {"file": "1"})
    assert kept["Content-Disposition"].startswith("attachment")
    assert "March 31, 2026" in kept.content.decode()
    assert shown["X-Robots-Tag"] == "noindex, noarchive"
    assert Mail.objects.filter(kind="cancelled").count() == 1


def test_LG_05_a_confirmation_s_address_holds_for_a_day_and_for_nobody_who_guesses(stage: Stage) -> None:
    answer = Client().post("/membership/cancel/", {"email": "ann@example.org"})
    assert Client().get(answer.url).status_code == 200
    assert Client().get(answer.url[:-3] + "x/").status_code == 404


def test_LG_06_the_page_tells_nobody_whether_there_is_such_a_member(stage: Stage) -> None:
    stage.join(stage.reader("ann@example.org"))
    pages = []
    for email in ("ann@example.org", "nobody@example.org"):
        answer = Client().post("/membership/cancel/", {"email": email})
        text = said(Client().get(answer.url)).replace(email, "…")
        pages.append(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "#", text))
    assert pages[0] == pages[1]


def test_a_form_from_elsewhere_acts_in_nobody_s_name(stage: Stage) -> None:
    """Without the mark that was made for this reader it is a declaration as anybody's: it tells nothing."""
    ann = stage.reader("ann@example.org")
    stage.join(ann)
    client = client_of(ann)
    for mark in ("", "x", hidden(client_of(stage.reader()).get("/membership/cancel/"), "me")):
        answer = client.post("/membership/cancel/", {"email": ann.email, "me": mark})
        assert "received your declaration" in said(client.get(answer.url))


def test_LG_07_a_withdrawal_asks_no_reason_ends_at_once_and_gives_everything_back(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, "year")
    client = client_of(ann)
    page = client.get("/membership/withdraw/")
    assert "Confirm withdrawal" in said(page)
    assert "$19.90 goes back to you" in re.sub(r"\s+", " ", said(page))
    assert 'name="reason"' not in page.content.decode()
    answer = client.post("/membership/withdraw/", {"email": ann.email, "me": hidden(page, "me")})
    found = pass_in(answer, stage)
    assert found is not None
    assert found.standing is Standing.REGISTERED
    assert "You have withdrawn from the contract" in said(client.get(answer.url))
    stage.work()
    assert stage.charged() == 0
    assert not stage.access(ann).full


def test_LG_07_after_its_days_it_is_recorded_and_becomes_a_cancellation(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    stage.pass_time(timedelta(days=50))
    client = client_of(ann)
    page = client.get("/membership/withdraw/")
    assert "the days of withdrawal are over" in said(page)
    answer = client.post("/membership/withdraw/", {"email": ann.email, "me": hidden(page, "me")})
    assert answer.status_code == 303
    stage.work()
    assert stage.till.subscriptions[subscription].cancel_at_period_end
    assert stage.access(ann).full


def test_LG_07_whoever_reads_the_member_s_mail_answers_by_a_button_and_no_scanner_does(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann, "year", trial=0)
    stranger, owner = Client(), Client(enforce_csrf_checks=True)
    answer = stranger.post("/membership/withdraw/", {"email": ann.email})
    shown = said(stranger.get(answer.url))
    assert "received your declaration" in shown
    assert "its member is asked first" in shown
    reference = Cancellation.objects.get().reference
    path = f"/membership/answer/{keys.declaration_token(reference)}/"
    for _scanner in range(3):
        page = owner.get(path)
    assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex, noarchive")
    assert stage.charged() == 1990
    assert "It is mine: end it, and give the payment back" in said(page)
    assert owner.post(path, {"answer": "mine"}).status_code == 303
    assert stage.charged() == 0, "at once"
    stage.work()
    assert not stage.access(ann).full
    assert "This is settled" in said(owner.get(path))
    assert owner.get(path[:-3] + "x/").status_code == 404


def test_LG_07_a_declaration_that_is_not_theirs_is_put_aside_by_its_member(stage: Stage) -> None:
    ann = stage.reader("ann@example.org")
    stage.join(ann, "year", trial=0)
    Client().post("/membership/withdraw/", {"email": ann.email})
    path = f"/membership/answer/{keys.declaration_token(Cancellation.objects.get().reference)}/"
    answered = Client().post(path, {"answer": "not-mine"}, follow=True)
    assert "Everything stays as it is" in said(answered)
    stage.pass_time(timedelta(days=2))
    assert (stage.charged(), stage.access(ann).full) == (1990, True)


def test_LG_08_cancelling_is_two_clicks_with_no_screen_between_and_resuming_one(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann)
    client = client_of(ann)
    assert '<a href="/membership/cancel/">Cancel</a>' in main_of(client.get("/account/"))
    page = client.get("/membership/cancel/")
    client.post("/membership/cancel/", {"email": ann.email, "me": hidden(page, "me")})
    assert "Your trial is cancelled" in said(client.get("/account/membership/"))
    client.post("/account/membership/resume/")
    assert "You are on trial" in said(client.get("/account/membership/"))


@pytest.mark.parametrize("kind", ["cancel", "withdraw"])
def test_LG_09_the_page_that_reminders_lead_to_ends_it_with_one_button(stage: Stage, kind: str) -> None:
    from broadsheet.membership import addresses

    path = {"cancel": addresses.CANCEL, "withdraw": addresses.WITHDRAW}[kind]
    for language in ("", "/ar"):
        page = Client().get(language + path)
        assert page.status_code == 200
        assert main_of(page).count("<button") == 1


def test_LG_10_after_cancelling_it_stays_open_to_its_end_and_everything_can_be_taken_away(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann)
    client = client_of(ann)
    page = client.get("/membership/cancel/")
    answer = client.post("/membership/cancel/", {"email": ann.email, "me": hidden(page, "me")})
    assert '<a href="/account/export/">' in main_of(client.get(answer.url))
    stage.work()
    assert stage.access(ann).full
    stage.pass_time(timedelta(days=31))
    assert not stage.access(ann).full
    assert stage.charged() == 0
    assert "A trial is free once" in said(terms_page(client))


def test_AC_04_no_pass_outlasts_what_was_paid_for(stage: Stage) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    end, client = stage.row(subscription).trial_end, client_of(ann)
    assert end is not None
    stage.till.advance(end - timedelta(minutes=5))
    found = pass_in(client.get("/account/pass/"), stage)
    assert found is not None
    assert (found.standing, found.expires) == (Standing.MEMBER, int(end.timestamp()))
    stage.till.advance(end)
    found = pass_in(client.get("/account/pass/"), stage)
    assert found is not None
    assert found.standing is Standing.REGISTERED


@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
def test_LG_10_in_the_very_second_of_the_end_one_may_begin_anew_whatever_the_gateway_has_said(
    stage: Stage, down: bool
) -> None:
    ann = stage.reader()
    subscription = stage.join(ann)
    operations.cancel(user_id=ann.user_id, now=stage.now)
    stage.work()
    end, client = stage.row(subscription).trial_end, client_of(ann)
    assert end is not None
    stage.till.advance(end)  # and the bell is not heard yet
    stage.till.down = down
    shown = said(client.get("/account/membership/"))
    assert "Your membership has ended" in shown
    assert "Resume" not in shown
    page = terms_page(client)
    assert "A trial is free once" in said(page)
    stage.till.down = False
    stage.till.pay(stage.checkout(ann, trial=0).id, stage.card(ann))
    stage.work()
    assert stage.access(ann).full
    assert stage.charged() == 290
    assert not Mail.objects.filter(kind="second_ended").exists()


@pytest.mark.parametrize("here", [True, False])
def test_AC_04_an_end_that_is_decided_in_the_last_minutes_cuts_the_passes_that_are_about(
    stage: Stage, here: bool
) -> None:
    """By the page, though the gateway is away; or on the gateway's own page."""
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann)
    end, client = stage.row(subscription).trial_end, client_of(ann)
    assert end is not None
    stage.till.advance(end - timedelta(minutes=2))
    held = pass_in(client.get("/account/pass/"), stage)
    assert held is not None
    assert held.expires > end.timestamp()
    stage.till.advance(stage.now + timedelta(seconds=1))
    if here:
        stage.till.down = True
        page = client.get("/membership/cancel/")
        answer = client.post("/membership/cancel/", {"email": ann.email, "me": hidden(page, "me")})
        new = pass_in(answer, stage)
        stage.till.down = False
        stage.work()
    else:
        stage.till.plan_end(subscription, by_date=True)
        stage.work()
        new = pass_in(client.get("/account/pass/"), stage)
    assert new is not None
    assert (new.standing, new.expires) == (Standing.MEMBER, int(end.timestamp()))
    assert passes.lost(held, lost_passes(stage.now - timedelta(minutes=11))[ann.user_id].timestamp())


STATES = ("trial", "active", "card failing", "past_due", "paused", "trial over", "cancelled", "unverified", "suspended")


def bring_to(stage: Stage, ann: Reader, state: str) -> str:
    """A membership in that state. Gives the subscription's id."""
    subscription = stage.join(ann, trial=30 if state == "trial" else 0)
    if state in {"card failing", "past_due"}:
        stage.till.cards[stage.till.subscriptions[subscription].customer].works = False
        stage.pass_time(timedelta(days=32 if state == "card failing" else 46))
        assert stage.row(subscription).status == "past_due"
        assert stage.access(ann).full is (state == "card failing"), "with grace, and without"
    elif state == "paused":
        operations.pause(user_id=ann.user_id, now=stage.now, until=None)
    elif state == "trial over":
        stage.till.change(subscription, status="paused")
    elif state == "cancelled":
        operations.cancel(user_id=ann.user_id, now=stage.now)
    elif state == "unverified":
        EmailAddress.objects.create(user_id=ann.user_id, email=ann.email, verified=False, primary=True)
    elif state == "suspended":
        get_user_model().objects.filter(pk=ann.user_id).update(is_active=False)
    stage.work()
    return subscription


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
def test_LG_11_the_page_cancels_in_every_state_also_with_the_gateway_down(stage: Stage, state: str, down: bool) -> None:
    """Without script, for the client has none; whoever is suspended cannot be logged in, and uses the open form."""
    ann = stage.reader("ann@example.org")
    subscription = bring_to(stage, ann, state)
    taken = stage.charged()
    stage.till.down = down
    client = client_of(ann)
    page = client.get("/membership/cancel/")
    assert bool(hidden(page, "me")) is (state != "suspended")
    answer = client.post("/membership/cancel/", {"email": ann.email, "me": hidden(page, "me")})
    assert answer.status_code == 303
    assert "Received" in said(client.get(answer.url))
    mails.send_due(now=stage.now)
    assert [letter.to for letter in mail.outbox if "ancelled" in letter.subject] == [[ann.email]]
    stage.till.down = False
    stage.pass_time(timedelta(days=2))
    kept = stage.till.subscriptions[subscription]
    assert kept.status == "canceled" or kept.cancel_at_period_end or kept.cancel_at is not None
    stage.pass_time(timedelta(days=40))
    assert stage.till.subscriptions[subscription].status == "canceled"
    assert stage.charged() == taken


@pytest.mark.parametrize("state", ["gift", "nothing"])
def test_LG_11_who_has_nothing_that_is_charged_is_confirmed_too(stage: Stage, state: str) -> None:
    ann = stage.reader("ann@example.org")
    if state == "gift":
        operations.grant(
            user_id=ann.user_id, tier=Tier.objects.get().slug, now=stage.now, ends_at=None, reason="", by=None
        )
    client = client_of(ann)
    page = client.get("/membership/cancel/")
    answer = client.post("/membership/cancel/", {"email": ann.email, "me": hidden(page, "me")})
    assert "received your declaration" in said(client.get(answer.url))
    assert Cancellation.objects.filter(email=ann.email).exists()
    assert stage.access(ann).full is (state == "gift"), "what costs nothing goes on"


def test_LG_12_every_field_has_a_label_and_faults_are_said_aloud(stage: Stage) -> None:
    page = Client().post("/membership/cancel/", {"email": "no address"})
    form = main_of(page)
    assert page.status_code == 400
    fields = re.findall(r'<(?:input|textarea|select)[^>]*\bid="(\w+)"', form)
    assert fields
    for field in fields:
        assert f'for="{field}"' in form
    assert 'aria-invalid="true"' in form
