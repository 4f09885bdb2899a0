"""The ledgers that keep one contract, each empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Ledger


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("pgbouncer", marks=pytest.mark.postgresql),
        pytest.param("valkey", marks=pytest.mark.valkey),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    address: str = request.getfixturevalue(f"fresh_{request.param}")
    return f"{address}?socket_timeout=5" if request.param == "valkey" else address


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url)
    yield opened
    opened.close()
