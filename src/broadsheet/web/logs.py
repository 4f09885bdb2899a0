"""Log lines without what opens something: the token of a gift's or a newsletter's link never stands in one."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"/g/[^/\s?\"']+")


class Discreet(logging.Formatter):
    """Formats like any other, traceback and all; then the tokens go."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return _TOKEN.sub("/g/…", super().format(record))
