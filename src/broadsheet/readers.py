"""Who is reading. A value; the rows behind it belong to accounts and membership."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """What a reader is to the paper. A stranger becomes registered, a registered reader a member."""

    STRANGER = "stranger"
    REGISTERED = "registered"
    INSTITUTION = "institution"  # reads everything by a mail address, and is no member
    MEMBER = "member"
    STAFF = "staff"
