"""Django in a process of its own behind the edge: `python -m broadsheet.web.apart <descriptor>`."""

from __future__ import annotations

import sys

from broadsheet.edge.elsewhere import run
from broadsheet.web.asgi import django

if __name__ == "__main__":
    run(django(), int(sys.argv[1]))
