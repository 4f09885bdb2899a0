"""MT-08, MT-09: several processes at once get no more than is due. `make prove ONLY=races` runs a thousand rounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.races import race


@pytest.mark.parametrize(
    "kind",
    [
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("pgbouncer", marks=pytest.mark.postgresql),
        pytest.param("valkey", marks=pytest.mark.valkey),
    ],
)
def test_MT_08_MT_09_processes_that_race_get_what_is_due_and_no_more(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    raced = race(url if kind == "sqlite" else request.getfixturevalue(f"fresh_{kind}"), rounds=4, processes=4)
    assert (raced.over, raced.under, raced.unanswered) == (0, 0, 0)
