"""I11, A5: a ledger that cannot be written refuses no re-read and no member. `make prove ONLY=ledger_outage` looks longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contracts.faults import Fault, SqliteFault, ValkeyFault
from tests.contracts.outages import make_paper, outage

pytestmark = pytest.mark.xdist_group("outages")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outage")
    make_paper(folder)
    return folder


@pytest.fixture(
    params=[
        "locked",
        "read-only",
        pytest.param("full", marks=pytest.mark.slow),
        pytest.param("stopped", marks=[pytest.mark.valkey, pytest.mark.slow]),
    ]
)
def fault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fault]:
    with ExitStack() as stack:
        stopped = request.param == "stopped"
        yield stack.enter_context(ValkeyFault(tmp_path)) if stopped else SqliteFault(tmp_path, request.param)


def test_I11_while_the_ledger_cannot_be_written_everybody_is_served_and_nothing_drifts(
    paper: Path, fault: Fault, tmp_path: Path
) -> None:
    seen = outage(paper, tmp_path, fault, seconds=5)
    assert seen.rereads > 20
    assert (seen.refused, seen.over, seen.errors, seen.drift) == (0, 0, 0, 0), seen
    assert 0 < seen.given < seen.tried, "some new stories are given, and not all"
    assert not seen.alarmed, "five seconds are no alarm"
