"""nginx with the shipped configuration, cache on, before a paper that is really served. One worker runs all of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.proxy.nginx import Front, command, fronting
from tests.proxy.readers import Behind, Reader, paper_behind

HERE = Path(__file__).parent
_addresses = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.xdist_group("proxy"))


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """The paper."""
    with paper_behind(tmp_path_factory.mktemp("behind")) as paper:
        yield paper


@pytest.fixture(scope="session")
def front(behind: Behind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx before it."""
    if command() is None:
        missing("nginx")
    with fronting(tmp_path_factory.mktemp("front"), behind.address) as running:
        yield running


@pytest.fixture
def stranger(front: Front) -> Iterator[Callable[[], Reader]]:
    """Strangers, each on a network, and in a wider one, that nobody has come from."""
    made: list[Reader] = []

    def new() -> Reader:
        number = next(_addresses)
        made.append(Reader(front, f"127.{number // 250 + 10}.{number % 250}.9"))
        return made[-1]

    yield new
    for reader in made:
        reader.close()


@pytest.fixture
def reader(stranger: Callable[[], Reader]) -> Reader:
    """One stranger."""
    return stranger()
