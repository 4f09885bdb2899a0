#!/usr/bin/env python3
"""Play the same scenarios on the payments sandbox and on Stripe, and tell where they differ.

Needs a key of a test mode or sandbox of Stripe's in STRIPE_TEST_KEY, and the network. It makes customers, products and
test clocks there; Stripe deletes the clocks, and what hangs on them, after 30 days.

    STRIPE_TEST_KEY=sk_test_… python -m tools.compare_with_stripe
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import stripe

from tests.apps.membership.sandbox.scenarios import SCENARIOS, Told, missing, play
from tests.sandbox import sandbox


def difference(here: list[Told], there: list[Told]) -> list[str]:
    """Each kind of news that came more often from one of the two. Their order is Stripe's secret, and not compared."""
    ours, theirs = Counter(here), Counter(there)
    return [
        f"{kind} {status}: sandbox {ours[kind, status]}, Stripe {theirs[kind, status]}"
        for kind, status in sorted(ours.keys() | theirs.keys())
        if ours[kind, status] != theirs[kind, status]
    ]


def main() -> int:
    """0 where both tell the same; 1 where they differ; 2 without a key."""
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key.startswith(("sk_test_", "rk_test_")) or key.startswith("sk_test_sandbox_"):
        print("Set STRIPE_TEST_KEY to a key of Stripe's test mode: sk_test_… Nothing was done.", file=sys.stderr)
        return 2
    theirs = stripe.StripeClient(key)
    differs = False
    for scenario, expected in SCENARIOS.items():
        with tempfile.TemporaryDirectory(prefix="bs-sandbox-") as folder, sandbox(Path(folder)) as box:
            here = play(box.client.v1, scenario)
        there = play(theirs.v1, scenario)
        found = difference(here, there) + [f"Stripe never told {told}" for told in missing(there, expected)]
        differs = differs or bool(found)
        print(f"{scenario.__name__}: {'the same' if not found else ''}")
        print("".join(f"    {row}\n" for row in found), end="")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
