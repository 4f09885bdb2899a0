"""The application that is measured: the demo paper behind its edge, and beside it fixed bytes of the same size."""

from __future__ import annotations

from typing import Any

from broadsheet.edge import app, gate
from broadsheet.web.asgi import build

# One receipt is read from as fast as can be: it is counted, and never found to go round.
app.MOST_READS = gate.MOST_READS = 1 << 60


class Fixed:
    """The least that an ASGI application can do: the very headers and bytes that a story's reader got, again."""

    def __init__(self, edge: Any) -> None:
        self._edge = edge.__call__  # bound, as `_fixed` is: the way here costs both the same
        self._answers: dict[str, list[Any]] = {}

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """The answer kept under /fixed/<name><path>, taken from the paper at the first asking; else the paper."""
        if scope.get("path", "").startswith("/fixed/"):
            return self._fixed(scope, receive, send)
        return self._edge(scope, receive, send)

    async def _fixed(self, scope: Any, receive: Any, send: Any) -> None:
        for message in self._answers.get(scope["path"]) or await self._prepare(scope, receive):
            await send(message)

    async def _prepare(self, scope: Any, receive: Any) -> list[Any]:
        kept = self._answers[scope["path"]] = []
        path = "/" + scope["path"].split("/", 3)[3]

        async def send(message: Any) -> None:
            kept.append(message)

        await self._edge({**scope, "path": path}, receive, send)
        return kept


application = Fixed(build())
