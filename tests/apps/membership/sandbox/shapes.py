"""The judge of the sandbox's honesty: every answer is held against the types that Stripe's own SDK states."""

from __future__ import annotations

import ast
import functools
import json
import re
from pathlib import Path
from typing import Any

import stripe

from tests.shared import DATA

SDK = Path(stripe.__file__).parent
PLAIN = {"str": str, "int": int, "bool": bool, "float": (int, float), "Decimal": str}
# Since 2022-11-15 Stripe lists a charge's refunds only where they are asked for; the fixture is an expanded one.
ONLY_WHEN_ASKED = {"charge": {"refunds"}}
# An upcoming invoice, as an event tells of it, has no id yet.
NO_ID = {"invoice.upcoming"}


@functools.cache
def places() -> dict[str, Path]:
    """Object → the SDK's module that states it."""
    found = {}
    for path in SDK.rglob("_*.py"):
        if "v2" in path.parts or "params" in path.parts:
            continue
        if match := re.search(r'OBJECT_NAME: ClassVar\[\s*Literal\["([^"]+)"\]', path.read_text(encoding="utf-8")):
            found.setdefault(match[1], path)
    return found


@functools.cache
def class_of(kind: str) -> ast.ClassDef:
    """The SDK's class for an object."""
    tree = ast.parse(places()[kind].read_text(encoding="utf-8"))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and "OBJECT_NAME" in fields(node))


def fields(node: ast.ClassDef) -> dict[str, ast.expr]:
    """Its attributes and their types."""
    return {
        row.target.id: row.annotation
        for row in node.body
        if isinstance(row, ast.AnnAssign) and isinstance(row.target, ast.Name)
    }


@functools.cache
def fixtures() -> dict[str, Any]:
    """Stripe's published example of every object, where the shared data lies beside the project."""
    path = DATA / "payments" / "stripe-openapi-fixtures3.json"
    return json.loads(path.read_text(encoding="utf-8"))["resources"] if path.exists() else {}


def problems(thing: Any, path: str = "") -> list[str]:
    """What is wrong with an answer: fields made up, fields left out, values of another type."""
    if isinstance(thing, dict) and thing.get("object") == "list":
        wrong = [f"{path}: a list has no {name}" for name in ("data", "has_more", "url") if name not in thing]
        return wrong + [line for place, row in enumerate(thing["data"]) for line in problems(row, f"{path}[{place}]")]
    if not isinstance(thing, dict) or thing.get("object") not in places():
        return [f"{path}: no object that Stripe knows: {str(thing)[:80]}"]
    kind = thing["object"]
    path = f"{path}/{kind}"
    node = class_of(kind)
    if thing.get("deleted"):
        return [f"{path}.{name}: made up" for name in thing if name not in fields(node)]
    wrong = [
        f"{path}.{name}: Stripe's example has it"
        for name in fixtures().get(kind, {})
        if name in fields(node) and name not in thing and name not in ONLY_WHEN_ASKED.get(kind, ())
    ]
    if kind == "event":
        wrong += _event(thing, path)
    return wrong + _within(thing, node, (), path)


def _event(event: dict[str, Any], path: str) -> list[str]:
    inner = problems(event["data"]["object"], path)
    if event["type"] in NO_ID:
        inner = [
            line for line in inner if not line.endswith(("invoice.id: left out", "invoice.id: Stripe's example has it"))
        ]
    return inner


def _within(thing: dict[str, Any], node: ast.ClassDef, outer: tuple[ast.ClassDef, ...], path: str) -> list[str]:
    known = {name: kind for name, kind in fields(node).items() if name != "OBJECT_NAME"}
    wrong = [f"{path}.{name}: made up" for name in thing if name not in known]
    for name, kind in known.items():
        optional = isinstance(kind, ast.Subscript) and ast.unparse(kind.value) == "Optional"
        if name not in thing:
            wrong += [] if optional else [f"{path}.{name}: left out"]
        elif thing[name] is None:
            wrong += [] if optional else [f"{path}.{name}: empty"]
        else:
            wrong += _value(thing[name], kind, (node, *outer), f"{path}.{name}")
    return wrong


def _value(value: Any, kind: ast.expr, scope: tuple[ast.ClassDef, ...], path: str) -> list[str]:
    if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
        kind = ast.parse(kind.value, mode="eval").body
    if isinstance(kind, ast.Subscript):
        return _generic(value, ast.unparse(kind.value), kind.slice, scope, path)
    name = ast.unparse(kind)
    if name in PLAIN:
        good = isinstance(value, PLAIN[name]) and not (name != "bool" and isinstance(value, bool))
        return [] if good else [f"{path}: {value!r} is no {name}"]
    nested = next(
        (row for node in scope for row in node.body if isinstance(row, ast.ClassDef) and row.name == name), None
    )
    if nested is not None:
        return _within(value, nested, scope, path) if isinstance(value, dict) else [f"{path}: {value!r} is no object"]
    return [] if name == "Any" else problems(value, path)


def _generic(value: Any, name: str, inner: ast.expr, scope: tuple[ast.ClassDef, ...], path: str) -> list[str]:
    if name == "Literal":
        words = ast.literal_eval(inner)
        return (
            [] if value in (words if isinstance(words, tuple) else (words,)) else [f"{path}: {value!r} is no such word"]
        )
    if name == "Optional":
        return _value(value, inner, scope, path)
    if name == "Union":
        return _value(value, inner.elts[0], scope, path) if len(inner.elts) == 2 else problems(value, path)  # type: ignore[attr-defined]
    if name == "ExpandableField":
        return [] if isinstance(value, str) and value else problems(value, path)
    if name == "ListObject":
        return problems(value, path) if isinstance(value, dict) else [f"{path}: {value!r} is no list object"]
    if name in {"List", "list"}:
        if not isinstance(value, list):
            return [f"{path}: {value!r} is no list"]
        return [line for place, row in enumerate(value) for line in _value(row, inner, scope, f"{path}[{place}]")]
    if name == "UntypedStripeObject":
        return [] if isinstance(value, dict) else [f"{path}: {value!r} is no object"]
    raise AssertionError(f"{path}: what is a {name}?")
