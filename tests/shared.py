"""The real input that lies beside the project: absent in a public clone, required in CI."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import missing

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


def shared(*names: str) -> Path:
    """A file or folder of the real input; the test is skipped where there is none, and fails in CI."""
    path = DATA.joinpath(*names)
    if not path.exists():
        missing(f"the real input {'/'.join(names)}")
    return path


def files(folder: str, pattern: str) -> list[Path]:
    """The files to try one by one, for parametrize; one that says so where there are none."""
    return sorted((DATA / folder).rglob(pattern)) or [DATA / folder / pattern]
