"""The pages of gifts, seats, plans, and of what a membership is now; with a gateway in memory."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from broadsheet.membership import operations, queries
from broadsheet.membership.models import Tier
from broadsheet.readers import Standing
from broadsheet.web import sandbox
from broadsheet.web.membership import words
from tests.apps.membership.stage import Stage
from tests.apps.web.membership.pages import client_of, hidden, pass_in, said
from tests.paper import Paper


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
