"""The desk's page on how mail arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from broadsheet import clock
from broadsheet.newsletters.models import Alert, Delivery, DomainPause
from broadsheet.newsletters.operations import alerting, checking, pausing
from broadsheet.newsletters.operations.suppressing import suppress_address
from broadsheet.newsletters.rules.authentication import Finding, Mark
from tests.apps.newsletters.posting import delivery, newsletter, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client, django_user_model):
    cache.clear()
    client.force_login(django_user_model.objects.create_superuser(email="chief@paper.example", password="x"))
    return client


@pytest.fixture
def told() -> None:
    letter, now = newsletter(), clock.now()
    for number, outcome in enumerate(["delivered"] * 8 + ["bounced", "complained"]):
        row = delivery(reader(f"r{number}@mail.example", letter), letter)
        Delivery.objects.filter(pk=row.pk).update(outcome=outcome, sent_at=now - timedelta(days=1))
    alerting.raise_alert(domain="mail.example", reason="authfailure", said="550 5.7.26 <script>no</script>", now=now)
    pausing.pause_domain(domain="mail.example", why="policy", said="550 5.7.26 no", now=now)
    suppress_address(address="gone@mail.example", scope="all", why="hard_bounce", source="mail", now=now)
    checking.keep(domain="paper.example", findings=[Finding("SPF", Mark.BAD, "there is none", "Publish one.")], now=now)


@pytest.mark.usefixtures("told")
def test_the_page_shows_rates_refusals_pauses_and_findings(chief) -> None:
    page = chief.get(reverse("deliverability")).content.decode()
    for words in ("mail.example", "550 5.7.26", "there is no such mailbox", "no mail at all", "Publish one.", "high"):
        assert words in page
    assert "<script>no" not in page
    assert "gone@" not in page
    assert "(10 %)" in page
    assert "(100 ‰)" in page


@pytest.mark.usefixtures("told")
def test_the_desk_lets_a_domain_go_on(chief) -> None:
    assert chief.get(reverse("deliverability_go_on")).status_code == 405
    chief.post(reverse("deliverability_go_on"), {"domain": "mail.example"})
    assert not DomainPause.objects.exists()
    assert not Alert.objects.filter(open=True).exists()
    assert chief.get(reverse("deliverability")).status_code == 200


def test_whoever_may_not_see_it_does_not(client, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_user(email="reader@mail.example", password="x"))
    for answer in (
        client.get(reverse("deliverability")),
        client.post(reverse("deliverability_go_on"), {"domain": "x"}),
    ):
        assert answer.status_code in {302, 403}
    cache.clear()
