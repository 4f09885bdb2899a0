"""What the law and manners ask of the pages on which readers join, with a gateway in memory."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from broadsheet.membership import operations
from broadsheet.membership.models import Consent
from broadsheet.readers import Standing
from tests.apps.membership.stage import Stage
from tests.apps.web.membership.pages import begin, client_of, hidden, main_of, pass_in, said, terms_page

BUTTON = "Start 30-day trial, then $2.90/month"


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
