"""The wire: nested forms in, JSON out. Every parameter that nobody read is refused at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from . import refusals

Thing = dict[str, Any]
_PART = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 8


def parse(text: str) -> Thing:
    """`items[0][price]=x&metadata[a]=b` as nested dicts; lists are dicts of their positions until they are read."""
    found: Thing = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _, rest = name.partition("[")
        path = [head, *_PART.findall("[" + rest)] if rest else [head]
        if len(path) > _DEEPEST:
            raise refusals.invalid("A parameter is nested too deeply.", head)
        _put(found, path, value)
    return found


def _put(into: Thing, path: list[str], value: str) -> None:
    for part in path[:-1]:
        step = part or str(len(into))
        inner = into.get(step)
        if not isinstance(inner, dict):
            inner = into[step] = {}
        into = inner
    last = path[-1] or str(len(into))
    into[last] = value


def shown(thing: Any) -> Any:
    """An object as it leaves: without what the sandbox keeps to itself (names that begin with an underscore)."""
    if isinstance(thing, dict):
        return {name: shown(value) for name, value in thing.items() if not name.startswith("_")}
    if isinstance(thing, list):
        return [shown(value) for value in thing]
    return thing


def dump(thing: Any) -> bytes:
    """JSON as Stripe writes it, for answers and webhooks alike."""
    return json.dumps(shown(thing), indent=2, ensure_ascii=False).encode()


class Params:
    """A request's parameters, which remember what was read."""

    def __init__(self, values: Thing, path: str = "") -> None:
        self.values, self.path = values, path
        self.read: set[str] = set()
        self.inner: dict[str, list[Params]] = {}

    def name(self, key: str) -> str:
        """The parameter's full name, as Stripe's errors state it."""
        return f"{self.path}[{key}]" if self.path else key

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def ignore(self, *keys: str) -> None:
        """Take note of parameters that change nothing here."""
        self.read.update(keys)

    def text(self, key: str, default: Any = None) -> Any:
        """A string; an empty one unsets, and is None."""
        self.read.add(key)
        value = self.values.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise refusals.invalid(f"Invalid string: {self.name(key)}", self.name(key))
        return value or None

    def needed(self, key: str) -> str:
        """A string that must be there."""
        value = self.text(key)
        if value is None:
            raise refusals.missing(self.name(key))
        return value

    def number(self, key: str, default: Any = None) -> Any:
        """A whole number, or None where it is unset."""
        value = self.text(key, default)
        if not isinstance(value, str):
            return value
        try:
            return int(value)
        except ValueError:
            raise refusals.invalid(f"Invalid integer: {value}", self.name(key), "parameter_invalid_integer") from None

    def flag(self, key: str, default: Any = False) -> Any:
        """true or false."""
        value = self.text(key, default)
        if not isinstance(value, str):
            return value
        if value not in {"true", "false"}:
            raise refusals.invalid(f"Invalid boolean: {value}", self.name(key))
        return value == "true"

    def choice(self, key: str, known: Iterable[str], default: Any = None) -> Any:
        """One of the known words."""
        value = self.text(key, default)
        if value is not None and value not in (words := list(known)):
            raise refusals.invalid(f"Invalid {key}: must be one of {', '.join(words)}", self.name(key))
        return value

    def child(self, key: str) -> Params:
        """The parameters nested under that name; empty where there are none."""
        self.read.add(key)
        if key not in self.inner:
            value = self.values.get(key)
            self.inner[key] = [Params(value if isinstance(value, dict) else {}, self.name(key))]
        return self.inner[key][0]

    def children(self, key: str) -> list[Params]:
        """A list of nested parameters, in their order."""
        self.read.add(key)
        if key not in self.inner:
            value = self.values.get(key)
            rows = _in_order(value if isinstance(value, dict) else {})
            self.inner[key] = [Params(row, f"{self.name(key)}[{at}]") for at, row in rows if isinstance(row, dict)]
        return self.inner[key]

    def texts(self, key: str) -> list[str]:
        """A list of strings, in their order."""
        self.read.add(key)
        value = self.values.get(key)
        return [row for _, row in _in_order(value) if isinstance(row, str)] if isinstance(value, dict) else []

    def metadata(self, old: Thing | None = None) -> Thing:
        """Metadata as it is after this request: given names replace, empty ones go, `metadata=` clears all."""
        self.read.add("metadata")
        given = self.values.get("metadata")
        if given is None:
            return dict(old or {})
        if not isinstance(given, dict):
            return {}
        return {key: value for key, value in {**(old or {}), **given}.items() if value != ""}

    def unread(self) -> str | None:
        """The first parameter that no one asked for."""
        for key in self.values:
            if key not in self.read:
                return self.name(key)
        within = (inner for rows in self.inner.values() for inner in rows)
        return next((name for inner in within if (name := inner.unread())), None)


def _in_order(rows: Thing) -> list[tuple[str, Any]]:
    return sorted(rows.items(), key=lambda row: int(row[0]) if row[0].isdigit() else 0)


def listing(rows: list[Any], url: str, more: bool = False) -> Thing:
    """A list object."""
    return {"object": "list", "data": rows, "has_more": more, "url": url}
