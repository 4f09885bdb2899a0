from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.leaks.process import Child


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "leaks" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("leaks"))  # one process with one paper serves all of these


@pytest.fixture(scope="session")
def canary() -> Iterator[Child]:
    """The canary paper, in a process of its own."""
    child = Child()
    yield child
    child.close()
