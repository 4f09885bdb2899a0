"""Every link between the documents leads somewhere, and nothing that they name by path is missing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def main() -> int:
    """Print what is broken; gives the number of broken links, at most 1."""
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    broken = [line for name in names.split() for line in _broken(ROOT / name)]
    print("\n".join(broken) if broken else "The documents' links hold.")
    return 1 if broken else 0


def _broken(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {target} is not there"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for target in LINK.findall(line)
        if not (path.parent / target).exists()
    ]


if __name__ == "__main__":
    sys.exit(main())
