"""What the law and manners ask of the pages of membership, page by page, with a gateway in memory."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from broadsheet.membership import operations, queries
from broadsheet.membership.models import Cancellation, Consent, Mail, Tier
from broadsheet.membership.operations import Reader
from broadsheet.paywall import passes
from broadsheet.paywall.queries import ring
from broadsheet.readers import Standing
from broadsheet.web import sandbox
from broadsheet.web.membership import account, giving, joining, leaving, words
from tests.apps.membership.stage import Stage
from tests.paper import Paper

BUTTON = "Start 30-day trial, then $2.90/month"


@pytest.fixture
def stage(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A paper that sells, its gateway in memory behind every page, and everybody's clock at the gateway's time."""
    paper.section()
    cache.clear()
    made = Stage()
    for module in (account, giving, joining, leaving):
        monkeypatch.setattr(module, "gateway", lambda: made.till)
    monkeypatch.setattr("broadsheet.clock.now", lambda: made.now)
    return made


def client_of(reader: Reader) -> Client:
    """Their browser, logged in."""
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(
        get_user_model().objects.get(pk=reader.user_id),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def said(response: Any) -> str:
    """What a page says."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def main_of(response: Any) -> str:
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def hidden(response: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return html.unescape(found[1]) if found else ""


def terms_page(client: Client, plan: str = "full-month", **query: str) -> Any:
    return client.get(f"/subscribe/{plan}/", query)


def begin(client: Client, plan: str = "full-month", **data: str) -> Any:
    """They agree, and press the button."""
    page = terms_page(client, plan, **({"next": "/world/"} if "next" not in data else {}))
    return client.post(f"/subscribe/{plan}/", {"said": hidden(page, "said"), "agreed": "1", **data})


def pass_in(response: Any, stage: Stage) -> passes.Pass | None:
    cookie = response.cookies.get("bs-p")
    return passes.unseal(ring(), cookie.value.encode()) if cookie else None


@pytest.mark.parametrize(
    ("language", "words_"),
    [
        ("", ["Free for 30 days", "The first $2.90 is charged on March 31, 2026", "It renews every month until it is cancelled",
              "cancel at any time, in two clicks", BUTTON]),
        ("/ar", ["30", "2.90", "يتجدد كل شهر إلى أن يُلغى", "بنقرتين", "بدء تجربة"]),
    ],
)  # fmt: skip
def test_LG_01_price_first_charge_interval_renewal_and_way_out_stand_in_the_form_of_the_button(
    stage: Stage, language: str, words_: list[str]
) -> None:
    page = client_of(stage.reader()).get(f"{language}/subscribe/full-month/")
    form = main_of(page).partition('class="ask-form terms-form"')[2].partition("</form>")[0]
    before_button = html.unescape(form.partition("</button>")[0])
    for word in words_:
        assert word in before_button
    assert " checked" not in form
    assert form.index("</ul>") < form.index('type="checkbox"') < form.index("<button")


def test_LG_01_who_had_a_trial_sees_the_terms_without_one(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann)
    operations.withdraw(user_id=ann.user_id, now=stage.now)
    stage.work()
    page = said(terms_page(client_of(ann)))
    assert "You pay $2.90 today, and then $2.90 a month." in page
    assert "Subscribe for $2.90/month" in page
    assert "trial becomes" not in page


def test_LG_02_no_checkout_without_the_tick_and_each_has_its_consent_word_for_word(stage: Stage) -> None:
    ann = stage.reader()
    client = client_of(ann)
    refused = begin(client, agreed="")
    assert refused.status_code == 400
    assert "Tick the box first" in said(refused)
    assert (Consent.objects.count(), stage.till.checkouts) == (0, {})
    led = begin(client)
    assert (led.status_code, led.url) == (303, next(iter(stage.till.checkouts.values())).url)
    kept = Consent.objects.get()
    shown = said(terms_page(client))
    for line in kept.text.splitlines():
        assert line in shown
    assert (kept.user_id, kept.trial_days, kept.locale, kept.minor) == (ann.user_id, 30, "en", 290)
    stage.till.pay(next(iter(stage.till.checkouts)), stage.card(ann))
    client.get("/membership/joined/")
    kept.refresh_from_db()
    assert kept.subscription in stage.till.subscriptions


def test_LG_02_another_price_than_the_one_on_the_page_is_not_agreed_to(stage: Stage) -> None:
    client = client_of(stage.reader())
    answer = client.post("/subscribe/full-month/", {"said": "999:30", "agreed": "1"})
    assert answer.status_code == 409
    assert Consent.objects.count() == 0


def test_back_from_the_gateway_the_pass_is_set_and_the_story_is_next(stage: Stage) -> None:
    ann = stage.reader()
    client = client_of(ann)
    begin(client)
    stage.till.pay(next(iter(stage.till.checkouts)), stage.card(ann))
    back = client.get("/membership/joined/")
    assert (back.status_code, back.url) == (303, "/world/")
    found = pass_in(back, stage)
    assert found is not None
    assert (found.standing, found.user) == (Standing.MEMBER, ann.user_id)


def test_coming_back_without_paying_proves_nothing(stage: Stage) -> None:
    client = client_of(stage.reader())
    begin(client)
    back = client.get("/membership/joined/", follow=True)
    assert back.redirect_chain[-1][0] == "/subscribe/"
    assert "bs-p" not in client.cookies


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_TK_04_nobody_is_led_elsewhere_after_paying(stage: Stage, target: str) -> None:
    ann = stage.reader()
    client = client_of(ann)
    terms_page(client, next=target)
    page = terms_page(client)
    client.post("/subscribe/full-month/", {"said": hidden(page, "said"), "agreed": "1"})
    stage.till.pay(next(iter(stage.till.checkouts)), stage.card(ann))
    assert client.get("/membership/joined/").url == "/account/membership/"


def test_a_stranger_keeps_plan_and_story_on_the_way_through_the_log_in(stage: Stage) -> None:
    led = Client().get("/subscribe/full-month/?next=/world/")
    assert led.url == "/account/login/?next=/subscribe/full-month/%3Fnext%3D/world/"


def test_a_gateway_that_is_away_is_told_of_and_nothing_is_lost(stage: Stage) -> None:
    client = client_of(stage.reader())
    stage.till.down = True
    answer = begin(client)
    assert answer.status_code == 503
    assert "Nothing was charged" in said(answer)
    assert Consent.objects.count() == 1
    stage.till.down = False
    assert begin(client).status_code == 303
    assert Consent.objects.count() == 1


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


@pytest.mark.parametrize("state", ["trial", "active", "paused", "cancelled", "gift", "nothing"])
@pytest.mark.parametrize("down", [False, True])
def test_LG_11_the_page_takes_a_cancellation_in_every_state(stage: Stage, state: str, down: bool) -> None:
    ann = stage.reader("ann@example.org")
    if state in {"trial", "active", "paused", "cancelled"}:
        stage.join(ann, trial=30 if state == "trial" else 0)
    if state == "paused":
        operations.pause(user_id=ann.user_id, now=stage.now, until=None)
    if state == "cancelled":
        operations.cancel(user_id=ann.user_id, now=stage.now)
    if state == "gift":
        operations.grant(
            user_id=ann.user_id, tier=Tier.objects.get().slug, now=stage.now, ends_at=None, reason="", by=None
        )
    if state not in {"gift", "nothing"}:
        stage.work()
    stage.till.down = down
    client = client_of(ann)
    page = client.get("/membership/cancel/")
    answer = client.post("/membership/cancel/", {"email": ann.email, "me": hidden(page, "me")})
    assert answer.status_code == 303
    assert client.get(answer.url).status_code == 200
    assert Cancellation.objects.exists()


def test_LG_12_every_field_has_a_label_and_faults_are_said_aloud(stage: Stage) -> None:
    page = Client().post("/membership/cancel/", {"email": "no address"})
    form = main_of(page)
    assert page.status_code == 400
    fields = re.findall(r'<(?:input|textarea|select)[^>]*\bid="(\w+)"', form)
    assert fields
    for field in fields:
        assert f'for="{field}"' in form
    assert 'aria-invalid="true"' in form


# Gifts, seats, the offer


def test_a_gift_is_bought_settled_shown_and_redeemed_by_another(stage: Stage) -> None:
    ann, bob = stage.reader(), stage.reader()
    client = client_of(ann)
    led = client.post("/membership/give/", {"plan": "full-year"})
    assert led.status_code == 303
    stage.till.pay(next(iter(stage.till.checkouts)), stage.card(ann))
    page = client.get("/membership/given/", follow=True)
    (gift,) = queries.gifts_of(ann.user_id)
    assert gift.code
    assert gift.code in said(page)
    other = client_of(bob)
    assert other.post("/membership/gift/", {"code": "AAAAA-AAAAA"}).status_code == 400
    redeemed = other.post("/membership/gift/", {"code": gift.code.lower().replace("-", " ")})
    found = pass_in(redeemed, stage)
    assert found is not None
    assert found.standing is Standing.MEMBER
    assert "You read as our guest until" in said(other.get("/account/membership/"))


def test_a_seat_is_taken_by_the_button_and_by_no_scanner(stage: Stage) -> None:
    from broadsheet.membership import keys

    owner, bob = stage.reader(), stage.reader()
    operations.make_group(
        name="The school", owner=owner.user_id, tier=Tier.objects.get().slug, size=2, starts_at=stage.now, ends_at=None
    )
    (group,) = queries.groups_of(owner.user_id, stage.now)
    client_of(owner).post("/account/membership/invite/", {"group": group.pk, "email": "bob@example.org"})
    client_of(bob).post("/account/membership/invite/", {"group": group.pk, "email": "eve@example.org"})
    (group,) = queries.groups_of(owner.user_id, stage.now)
    assert [seat.email for seat in group.seats] == ["bob@example.org"], "nobody invites to another's group"
    path = f"/membership/seat/{keys.seat_token(group.seats[0].reference)}/"
    client = client_of(bob)
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert not stage.access(bob).full
    taken = client.post(path)
    assert taken.status_code == 303
    assert stage.access(bob).full
    client_of(owner).post("/account/membership/uninvite/", {"seat": str(group.seats[0].reference)})
    assert not stage.access(bob).full
    assert client.get(path).status_code == 410


def test_the_offer_comes_from_the_plans_with_saving_and_badge(stage: Stage, paper: Paper) -> None:
    page = said(Client().get("/subscribe/"))
    for word in ("$2.90", "$19.90", "Saves $14.90", "Best value", "First 30 days free", "Every story in full"):
        assert word in re.sub(r"\s+", " ", page)
    walled = Client().get(paper.story().url, headers={"sec-fetch-dest": "document"}).content.decode()
    assert "/subscribe/full-month/?next=/world/a-quiet-port/" in walled


def test_a_switch_shows_what_it_costs_before_and_charges_that(stage: Stage) -> None:
    ann = stage.reader()
    stage.join(ann, trial=0)
    client = client_of(ann)
    page = client.get("/account/membership/switch/full-year/")
    due = re.search(r"You pay \$(\d+\.\d\d) now", said(page))
    assert due is not None
    assert client.post("/account/membership/switch/full-year/", {"at": hidden(page, "at")}).status_code == 400
    before = stage.charged()
    client.post("/account/membership/switch/full-year/", {"at": hidden(page, "at"), "agreed": "1"})
    assert stage.charged() - before == round(float(due[1]) * 100)


def test_a_membership_is_in_what_a_reader_takes_away_and_goes_with_the_account(stage: Stage) -> None:
    from broadsheet.web import holdings

    ann = stage.reader()
    stage.join(ann)
    held = json.loads(json.dumps(holdings.export_all(ann.user_id, stage.now), default=str))
    assert held["membership"]["subscriptions"]
    holdings.erase_all(user_id=ann.user_id)
    stage.work()
    assert {each.status for each in stage.till.subscriptions.values()} == {"canceled"}


@pytest.mark.parametrize(("base", "ack", "sells"), [
    ("https://paper.example", False, False), ("https://paper.example", True, True), ("http://127.0.0.1:8000", False, True),
])  # fmt: skip
def test_in_earnest_the_sandbox_sells_nothing(settings: Any, stage: Stage, base: str, ack: bool, sells: bool) -> None:
    settings.WAGTAILADMIN_BASE_URL, settings.SANDBOX_GATEWAY_ACK = base, ack
    assert bool(sandbox.refused()) is not sells
    assert (client_of(stage.reader()).get("/subscribe/full-month/").status_code == 200) is sells
    assert ("Subscriptions cannot be bought" in said(Client().get("/subscribe/"))) is not sells


def test_every_standing_has_its_words_in_both_languages(stage: Stage) -> None:
    from broadsheet.membership.queries import Membership
    from broadsheet.membership.rules import ALL, Access, Notice, Reason

    for language in ("en", "ar"):
        with translation.override(language):
            for notice in [*Notice, None]:
                for benefits in (ALL, frozenset()):
                    held = Membership(Access(benefits, stage.now, Reason.PAID, notice, stage.now), (), ())
                    told = words.told(held)
                    assert told.title
                    assert "%(" not in told.title + told.line
