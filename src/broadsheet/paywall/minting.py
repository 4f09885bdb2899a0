"""Readers' ids: chance, but for a beginning that those who are minted one after the other share.

A ledger keeps its rows in the order of their keys, and a key begins as the id does. So those who come together lie
together: a batch of strangers changes one page of the table where it would otherwise change one for each.
"""

from __future__ import annotations

import os
from hashlib import blake2b

ID_SIZE = 16
PLACE_SIZE = 4  # bytes of an id that its neighbours share; the other twelve nobody can guess
NEIGHBOURS = 64  # about what a page holds: more would not lie closer, and fewer are easier to tell apart

_READER = b"bs-reader"


class Mint:
    """Ids from the system's chance, a neighbourhood at a time: asking for each costs more than signing a receipt."""

    def __init__(self) -> None:
        self._ids: list[bytes] = []

    def take(self) -> bytes:
        """An id that was given to nobody, and will be to nobody else."""
        if not self._ids:
            place, rest = os.urandom(PLACE_SIZE), ID_SIZE - PLACE_SIZE
            several = os.urandom(rest * NEIGHBOURS)
            self._ids = [place + several[at : at + rest] for at in range(0, len(several), rest)]
        return self._ids.pop()


def reader_key(reader: bytes) -> bytes:
    """What stands for the reader in the ledger: the neighbourhood, and a hash of what only their cookie holds."""
    return reader[:PLACE_SIZE] + blake2b(reader, digest_size=ID_SIZE, person=_READER).digest()
