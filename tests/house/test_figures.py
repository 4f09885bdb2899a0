"""What measures our figures begins before Django does: whatever it imports when it runs must not need settings."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_what_the_figures_import_when_they_run_can_be_imported_without_settings() -> None:
    lines = set()
    for path in (ROOT / "benchmarks").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
                lines.add(f"from {node.module} import {', '.join(name.name for name in node.names)}")
    assert any("alternation" in line for line in lines)
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    for line in sorted(lines):  # each alone: what one sets up must not hold up another
        done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=bare, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stderr}"
