"""What may stand in no committed file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Written so that this file does not hold what it forbids.
INDEX = re.compile(
    r"(?:index|extra-index|find-links)[-_ ]?url\s*[=:]\s*\S|--(?:trusted-host|index-url|find-links)\b(?! )",
    re.IGNORECASE,
)
INDEXES = ("pypi", "pythonhosted", "npmjs", "registry")
HOSTS = re.compile(r"https?://(?:[\w.-]+\.)?(?:" + "|".join(INDEXES) + r")\.[\w./-]+")
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/(?!you/|paper/|broadsheet/)\w+|Users/\w+)/[\w.]")


def committed() -> list[Path]:
    names = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    )
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def lines() -> list[tuple[str, str]]:
    found = []
    for path in committed():
        if path.suffix in {".gz", ".png", ".jpg", ".webp", ".woff2", ".mo"} or path.name == "geography.json.gz":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [(f"{path.relative_to(ROOT)}:{number}", line) for number, line in enumerate(text.splitlines(), 1)]
    return found


def test_no_file_names_a_package_index_or_a_path_of_one_machine() -> None:
    wrong = [
        f"{place}: {line.strip()[:80]}"
        for place, line in lines()
        if HOSTS.search(line)
        or MACHINE.search(line)
        or (INDEX.search(line) and not place.startswith(("Makefile", "tests/house")))
    ]
    assert wrong == []


def test_there_is_no_lock_file_that_names_an_index() -> None:
    assert not [path.name for path in committed() if path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}]
