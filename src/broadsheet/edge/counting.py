"""How often stories are read, handed on to where it is added up: numbers by story, and nothing of readers."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

from broadsheet.edge.elsewhere import App

log = logging.getLogger("broadsheet.edge")

VIEWS = "broadsheet.views"  # a message of ours: nobody can send one from outside


async def hand_on(django: App, views: dict[bytes, int]) -> bool:
    """Tell Django, in this process or its own, how often each story was read. Whether it was taken."""
    taken = True

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:  # it only speaks where it cannot be had
        nonlocal taken
        taken = False

    try:
        await django({"type": VIEWS, VIEWS: views}, receive, send)
    except Exception as error:  # a database that waits for somebody else is asked again
        log.warning("How often stories were read could not be kept, trying again soon: %s", error)
        return False
    return taken
