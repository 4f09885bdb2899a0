"""What the demo's tests share."""

from __future__ import annotations

from tests.paper import paper

__all__ = ["paper"]
