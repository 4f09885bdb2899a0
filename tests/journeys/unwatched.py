"""A tab that nobody watches while it loads: Chromium prerenders nothing in a tab that a debugger is attached to.

The page that hints stands among the paper's static files, so it is of the paper's own origin. It clicks by itself once
it is told to, by another file.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

HINTS = {
    "link": '<link rel="prefetch" href="{path}">',
    "prefetch": '<script type="speculationrules">{{"prefetch": [{{"urls": ["{path}"], "eagerness": "immediate"}}]}}</script>',
    "prerender": '<script type="speculationrules">{{"prerender": [{{"urls": ["{path}"], "eagerness": "immediate"}}]}}</script>',
}
PAGE = """<!doctype html><title>Hints</title>{hint}<a href="{path}">read</a>
<script>
setInterval(async () => {{
  const told = await fetch("/static/{name}.txt", {{cache: "no-store"}});
  if (told.status === 200) document.querySelector("a").click();
}}, 100);
</script>"""
PATIENCE = 15


class Tab:
    """A tab in a window of its own, at a page that hints at `path` in one of the ways of HINTS."""

    def __init__(self, chromium: Browser, address: str, static: Path, kind: str, path: str) -> None:
        self._session = chromium.new_browser_cdp_session()
        self._answers: dict[int, Any] = {}
        self._session.on("Target.receivedMessageFromTarget", self._heard)
        self._window = self._session.send("Target.createBrowserContext")["browserContextId"]
        name = f"hint-{kind}-{path.strip('/').replace('/', '-')}"
        self._told = static / f"{name}.txt"
        page = PAGE.format(hint=HINTS[kind].format(path=path), path=path, name=name)
        (static / f"{name}.html").write_text(page, encoding="utf-8")
        where = {"url": f"{address}/static/{name}.html", "browserContextId": self._window}
        self._session.send("Target.createTarget", where)
        self._path = path

    def cookies(self) -> list[str]:
        """The names of the cookies that the window holds."""
        found = self._session.send("Storage.getCookies", {"browserContextId": self._window})["cookies"]
        return [cookie["name"] for cookie in found]

    def click(self) -> None:
        """Let the page click, and wait until the story is there."""
        self._told.write_text("click", encoding="utf-8")
        until = time.monotonic() + PATIENCE
        while not self._page()["url"].endswith(self._path):
            assert time.monotonic() < until, "the click led nowhere"
            time.sleep(0.1)
        session = self._session.send("Target.attachToTarget", {"targetId": self._page()["targetId"], "flatten": False})
        self._attached = session["sessionId"]
        while self.read("document.readyState") != "complete":
            assert time.monotonic() < until, "the story does not end"
            time.sleep(0.1)

    def read(self, script: str) -> Any:
        """What a script gives in the page, after the click."""
        message = {"id": len(self._answers) + 1, "method": "Runtime.evaluate"}
        message["params"] = {"expression": script, "returnByValue": True}
        call = {"sessionId": self._attached, "message": json.dumps(message)}
        self._session.send("Target.sendMessageToTarget", call)
        until = time.monotonic() + PATIENCE
        while message["id"] not in self._answers:
            assert time.monotonic() < until, script
            self._session.send("Target.getTargets")  # lets events come in
        return self._answers[message["id"]]["result"]["result"].get("value")

    def arrived_by(self) -> str:
        """How the page came: prerender, prefetch, cache, or nothing of the kind."""
        entry = "performance.getEntriesByType('navigation')[0]"
        if self.read(f"{entry}.activationStart"):
            return "prerender"
        return {"navigational-prefetch": "prefetch"}.get(found := self.read(f"{entry}.deliveryType"), found)

    def prerenders(self) -> bool:
        """Whether the browser has a page ready that the tab does not show yet."""
        return any(target.get("subtype") == "prerender" for target in self._targets())

    def close(self) -> None:
        """Close the window."""
        self._session.send("Target.disposeBrowserContext", {"browserContextId": self._window})
        self._session.detach()

    def _targets(self) -> list[dict[str, Any]]:
        found = self._session.send("Target.getTargets")["targetInfos"]
        return [each for each in found if each["type"] == "page" and each.get("browserContextId") == self._window]

    def _page(self) -> dict[str, Any]:
        return next(target for target in self._targets() if not target.get("subtype"))

    def _heard(self, event: Any) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message
