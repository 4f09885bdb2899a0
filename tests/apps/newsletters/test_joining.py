"""Joining and leaving: what is asked, what is proved, how often a mailbox is written to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from broadsheet.newsletters import mails
from broadsheet.newsletters.keys import address_key, token_text
from broadsheet.newsletters.models import (
    Confirmation,
    Consent,
    Promo,
    PromoCount,
    Subscriber,
    Subscription,
    Suppression,
)
from broadsheet.newsletters.operations import joining, leaving, preferences
from broadsheet.newsletters.operations.lists import ensure_promo
from broadsheet.newsletters.operations.preferences import Ticked
from broadsheet.newsletters.operations.suppressing import suppress_address
from broadsheet.newsletters.operations.tying import tie
from broadsheet.newsletters.queries import lists
from broadsheet.newsletters.queries.suppressed import ALL, BULK, suppressed
from tests.apps.newsletters.stage import ADDRESS, NOW, asked, joined, new_list, ticket_of, wish

pytestmark = pytest.mark.django_db
State = Subscription.State


def states() -> dict[str, str]:
    return dict(Subscription.objects.values_list("newsletter__slug", "state"))


def test_NL_01_asking_puts_nobody_on_a_list_and_the_proof_of_each_act_is_kept() -> None:
    quay = new_list()
    ticket = asked(quay, form="front", words="2026-11")
    assert states() == {"quay": "asked"}
    done = joining.confirm(ticket=ticket, now=NOW + timedelta(days=6))
    assert done is not None
    assert done.lists == (quay,)
    assert states() == {"quay": "active"}
    kept = list(Consent.objects.values_list("act", "at", "words", "form"))
    assert kept == [
        ("asked", NOW, "2026-11", "front"),
        ("confirmed", NOW + timedelta(days=6), "2026-11", "front"),
    ]
    assert not {field.name for field in Consent._meta.fields} & {"ip", "network", "agent"}


def test_NL_01_a_ticket_holds_for_seven_days_and_only_as_we_signed_it() -> None:
    ticket = asked(new_list())
    number, _, seal = ticket.partition(".")
    assert joining.confirm(ticket=f"{int(number) + 1}.{seal}", now=NOW) is None
    assert joining.confirm(ticket=number, now=NOW) is None
    assert joining.confirm(ticket=ticket, now=NOW + timedelta(days=7)) is None
    assert states() == {"quay": "asked"}
    again = asked(Subscription.objects.get().newsletter_id, now=NOW + timedelta(days=8))
    assert joining.confirm(ticket=again, now=NOW + timedelta(days=8)) is not None


def test_NL_01_an_old_ticket_brings_nobody_back_who_has_left_since() -> None:
    ticket = asked(new_list())
    joining.confirm(ticket=ticket, now=NOW)
    leaving.leave(token=bytes(Subscription.objects.get().token), by="mail", now=NOW)
    done = joining.confirm(ticket=ticket, now=NOW)
    assert done is not None
    assert done.again
    assert states() == {"quay": "left"}


def test_a_mailbox_is_asked_once_an_hour_about_the_same_lists_and_five_times_a_day() -> None:
    numbers = [new_list(f"list-{number}") for number in range(7)]
    ask = lambda *wanted, after: joining.ask(  # noqa: E731
        address=ADDRESS, wish=wish(*wanted), now=NOW + timedelta(minutes=after)
    )
    assert ask(numbers[0], after=0)
    assert not ask(numbers[0], after=59)
    assert ask(numbers[0], after=60)
    assert [ask(number, after=61) for number in numbers[1:5]] == [True, True, True, False]
    assert not joining.ask(address=ADDRESS.lower(), wish=wish(numbers[5]), now=NOW + timedelta(minutes=62))
    assert ask(numbers[6], after=24 * 60 + 1)
    assert mails.send_due(now=NOW + timedelta(days=2)) == 6
    assert mails.send_due(now=NOW + timedelta(days=2)) == 0


def test_the_mail_that_asks_comes_from_the_papers_own_address_and_has_one_link(settings) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.NEWSLETTER_FROM = "desk@paper.test", "letters@paper.test"
    asked(new_list())
    message = mail.outbox[0]
    assert message.from_email == "desk@paper.test"
    assert message.to == [ADDRESS]
    html = message.alternatives[0][0]
    assert html.count("href=") == 1
    assert f"/newsletters/confirm/{ticket_of(message)}/" in html
    assert "Quay" in message.subject


def test_who_gets_the_list_already_is_sent_to_their_own_page() -> None:
    token = joined(new_list())
    assert joining.ask(address=ADDRESS, wish=wish(*Subscription.objects.values_list("newsletter", flat=True)),
                       now=NOW + timedelta(hours=2))  # fmt: skip
    mails.send_due(now=NOW + timedelta(hours=2))
    assert f"/newsletters/mine/{token_text(token)}/" in mail.outbox[-1].body
    assert "/confirm/" not in mail.outbox[-1].body
    assert states() == {"quay": "active"}


def test_a_mail_that_the_server_refuses_for_now_is_sent_later_and_a_claimed_one_once_more(monkeypatch) -> None:
    joining.ask(address=ADDRESS, wish=wish(new_list()), now=NOW)
    monkeypatch.setattr(
        "django.core.mail.EmailMultiAlternatives.send", lambda self: (_ for _ in ()).throw(OSError("down"))
    )
    assert mails.send_due(now=NOW) == 0
    monkeypatch.undo()
    assert mails.send_due(now=NOW + timedelta(minutes=1)) == 0
    assert mails.send_due(now=NOW + timedelta(minutes=3)) == 1
    Confirmation.objects.update(state="sending", claimed_at=NOW)
    assert mails.send_due(now=NOW + timedelta(minutes=10)) == 0
    assert mails.send_due(now=NOW + timedelta(minutes=16)) == 1


def test_who_does_not_confirm_is_forgotten() -> None:
    quay = new_list()
    asked(quay, address="other@example.org")
    joined(quay)
    assert joining.forget_unconfirmed(now=NOW + timedelta(days=13)) == 0
    joining.forget_unconfirmed(now=NOW + timedelta(days=15))
    assert list(Subscriber.objects.values_list("address", flat=True)) == [ADDRESS]
    assert states() == {"quay": "active"}


def test_NL_03_a_places_token_is_chance_outlives_a_change_of_keys_and_opens_nothing_else(settings) -> None:
    page = joined(new_list(), new_list("second"))
    tokens = [bytes(token) for token in Subscription.objects.values_list("token", flat=True)]
    assert len({*tokens, page}) == 3
    assert all(len(token) == 16 for token in tokens)
    settings.SECRET_KEY = settings.NEWSLETTER_KEY = "another key altogether, long enough for that"
    assert lists.reader_by_token(token_text(tokens[0])) is None
    assert lists.place_of(token_text(page)) is None
    left = leaving.leave(token=token_text(tokens[0]), by="page", now=NOW + timedelta(days=1000))
    assert left is not None
    assert left.first
    assert leaving.leave(token=tokens[0], by="mail", now=NOW) == leaving.Left(left.newsletter, first=False)
    assert sorted(states().values()) == ["active", "left"]


def test_NL_23_a_suppressed_mailbox_joins_by_confirming_alone() -> None:
    quay, second = new_list(), new_list("second")
    page = joined(quay)
    Suppression.objects.create(address_key=address_key(ADDRESS), domain="example.org", why="complaint", at=NOW)
    user = get_user_model().objects.create_user(ADDRESS, "a long password 1")
    assert joining.join(address=ADDRESS, user_id=user.pk, wish=wish(second), now=NOW) is None
    ticked = Ticked(frozenset({quay}), frozenset({quay, second}), "en", "", "test")
    changed = preferences.prefer(token=page, ticked=ticked, now=NOW)
    assert changed is not None
    assert changed.asked
    assert states() == {"quay": "active", "second": "asked"}
    mails.send_due(now=NOW)
    assert joining.confirm(ticket=ticket_of(mail.outbox[-1]), now=NOW)
    assert states() == {"quay": "active", "second": "active"}
    assert not Suppression.objects.exists()


def test_NL_23_a_mailbox_given_up_as_unknown_is_let_in_again_by_confirming_alone() -> None:
    """A server said that it does not exist, and its reader opened the mail that asked all the same."""
    quay, second = new_list(), new_list("second")
    ticket = asked(quay)
    suppress_address(address=ADDRESS, scope=ALL, why="hard_bounce", source="mail", now=NOW)
    user = get_user_model().objects.create_user(ADDRESS, "a long password 1")
    assert joining.join(address=ADDRESS, user_id=user.pk, wish=wish(second), now=NOW) is None
    assert joining.confirm(ticket="1.forged", now=NOW) is None
    assert suppressed(ADDRESS, ALL)
    assert joining.confirm(ticket=ticket, now=NOW)
    assert not suppressed(ADDRESS)
    suppress_address(address=ADDRESS, scope=BULK, why="complaint", source="mail", now=NOW)
    assert joining.confirm(ticket=ticket, now=NOW) is not None  # the old link again
    assert suppressed(ADDRESS)


def test_NL_25_nothing_is_sent_to_a_mailbox_that_does_not_exist() -> None:
    Suppression.objects.create(
        address_key=address_key(ADDRESS), domain="example.org", why="hard_bounce", at=NOW, scope="all"
    )
    joining.ask(address=ADDRESS, wish=wish(new_list()), now=NOW)
    assert mails.send_due(now=NOW) == 0
    assert Confirmation.objects.get().state == "dropped"


def test_NL_24_erasing_a_reader_leaves_the_suppression() -> None:
    user = get_user_model().objects.create_user(ADDRESS, "a long password 1")
    joined(new_list())
    tie(user_id=user.pk, address=ADDRESS, now=NOW)
    Suppression.objects.create(address_key=address_key(ADDRESS), domain="example.org", why="complaint", at=NOW)
    exported = lists.export(user.pk)
    assert [(row["list"], row["state"]) for row in exported["lists"]] == [("Quay", "active")]
    assert [proof["act"] for proof in exported["lists"][0]["proofs"]] == ["asked", "confirmed"]
    leaving.forget(user_id=user.pk, address=ADDRESS)
    assert not Subscriber.objects.exists()
    assert not Consent.objects.exists()
    assert Suppression.objects.count() == 1
    assert lists.export(user.pk) == {}


def test_preferences_change_what_the_page_showed_and_nothing_else() -> None:
    quay, second, third = (new_list(slug) for slug in ("quay", "second", "third"))
    page = joined(quay, third)
    ticked = Ticked(frozenset({quay}), frozenset({second}), "ar", "Asia/Amman", "test")  # shown before the third
    assert preferences.prefer(token=page, ticked=ticked, now=NOW) == preferences.Changed(1, 1)
    assert states() == {"quay": "left", "second": "active", "third": "active"}
    row = Subscriber.objects.get()
    assert (row.language, row.zone) == ("ar", "Asia/Amman")
    assert leaving.leave_all(subscriber_id=row.pk, by="page", now=NOW) == 2
    assert preferences.prefer(token=b"x" * 16, ticked=ticked, now=NOW) is None


def test_a_mailbox_is_its_users_and_goes_along_when_the_address_changes() -> None:
    user = get_user_model().objects.create_user("new@example.org", "a long password 1")
    joined(new_list())
    tie(user_id=user.pk, address=ADDRESS, now=NOW)
    token = bytes(Subscription.objects.get().token)
    tie(user_id=user.pk, address="new@example.org", now=NOW)
    row = Subscriber.objects.get()
    assert (row.address, row.user_id, bytes(row.address_key)) == (
        "new@example.org",
        user.pk,
        address_key("new@example.org"),
    )
    assert leaving.leave(token=token, by="mail", now=NOW) is not None


def test_an_address_that_has_lists_of_its_own_takes_over_those_of_the_old_one() -> None:
    quay, second, third = (new_list(slug) for slug in ("quay", "second", "third"))
    user = get_user_model().objects.create_user("new@example.org", "a long password 1")
    joined(quay, second)
    tie(user_id=user.pk, address=ADDRESS, now=NOW)
    joined(second, third, address="new@example.org")
    leaving.leave(
        token=bytes(Subscription.objects.get(newsletter=second, subscriber__user=None).token), by="page", now=NOW
    )
    tie(user_id=user.pk, address="new@example.org", now=NOW)
    own = lists.reader_of(user.pk)
    assert own is not None
    assert own.on == {quay, second, third}
    assert own.address == "new@example.org"
    assert Subscription.objects.get(newsletter=second, subscriber__user=None).left_by == "moved"


def test_a_promo_counts_who_confirmed_by_it_and_no_name() -> None:
    quay = new_list()
    promo = ensure_promo(newsletter=quay, place="middle")
    ticket = asked(quay, promo=promo)
    assert not PromoCount.objects.exists()
    joining.confirm(ticket=ticket, now=NOW)
    joining.confirm(ticket=ticket, now=NOW)
    assert PromoCount.objects.get().joined == 1
    assert {field.name for field in PromoCount._meta.fields} == {"id", "promo", "day", "shown", "joined"}
    Promo.objects.all().delete()
    assert Confirmation.objects.get().promo_id is None
