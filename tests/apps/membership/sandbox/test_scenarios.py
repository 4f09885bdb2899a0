"""The scenarios that a maintainer may also run on Stripe, run on the sandbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.apps.membership.sandbox import scenarios
from tests.sandbox import Sandbox
from tools import compare_with_stripe


@pytest.mark.parametrize("scenario", scenarios.SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_what_must_be_told_is_told_in_order(box: Sandbox, scenario: Callable[[scenarios.Stage], str]) -> None:
    told = scenarios.play(box.client.v1, scenario)
    assert scenarios.missing(told, scenarios.SCENARIOS[scenario]) == [], told


def test_what_is_missing_or_out_of_place_is_seen() -> None:
    told = [("a", "1"), ("b", "2")]
    assert scenarios.missing(told, [("b", "2"), ("a", "1")]) == [("a", "1")]
    assert scenarios.missing(told, [("c", "3")]) == [("c", "3")]


def test_the_comparison_names_what_only_one_of_the_two_told() -> None:
    here = [("invoice.paid", "paid"), ("invoice.paid", "paid"), ("invoice.updated", "paid")]
    there = [("invoice.paid", "paid"), ("charge.updated", "succeeded")]
    assert compare_with_stripe.difference(here, there) == [
        "charge.updated succeeded: sandbox 0, Stripe 1",
        "invoice.paid paid: sandbox 2, Stripe 1",
        "invoice.updated paid: sandbox 1, Stripe 0",
    ]


def test_the_comparison_wants_a_key_of_stripes_test_mode(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for key in ("", "sk_live_x", "sk_test_sandbox_x"):
        monkeypatch.setenv("STRIPE_TEST_KEY", key)
        assert compare_with_stripe.main() == 2
        assert "STRIPE_TEST_KEY" in capsys.readouterr().err
