"""Who is reading. A value; the rows behind it belong to accounts and membership."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """What a reader is to the paper. A stranger becomes registered, a registered reader a member."""

    STRANGER = "stranger"
    REGISTERED = "registered"
    MEMBER = "member"
    STAFF = "staff"
