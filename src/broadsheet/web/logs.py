"""Log lines without what opens something: tokens of gifts, newsletters, invitations and declarations."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"/(g|seat|declared|answer|confirm|mine|leave|go/[^/\s?\"']+/\d+/[a-z])/[^/\s?\"']+")


class Discreet(logging.Formatter):
    """Formats like any other, traceback and all; then the tokens go."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return _TOKEN.sub(r"/\1/…", super().format(record))
