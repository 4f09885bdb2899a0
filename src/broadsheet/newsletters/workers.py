"""Who sends: the name under which a process claims, and whether a process of that name still lives."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _machine() -> str:
    """This machine since it was started, and on it these processes: names of another say nothing here."""
    parts = [socket.gethostname()]
    for path in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        try:
            parts.append(str(Path(path).readlink()) if "/ns/" in path else Path(path).read_text(encoding="ascii"))
        except OSError:
            return ""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def _begun(pid: int) -> str:
    """When a process began, in the kernel's ticks; empty where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    state, *rest = text.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]


def new_name() -> str:
    """A name for one sender in this process."""
    pid = os.getpid()
    return ".".join([_machine(), str(pid), _begun(pid), secrets.token_hex(3)])[:40]


def alive(name: str) -> bool:
    """Whether a sender of this name may still be at work. Of another machine nobody knows: its lease tells."""
    machine, _, rest = name.partition(".")
    pid, _, begun = rest.partition(".")
    if not machine or machine != _machine() or not pid.isdigit():
        return True
    return bool(begun) and _begun(int(pid)) == begun.partition(".")[0]
