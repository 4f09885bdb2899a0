"""Keyed hashes and codes: what recognises a mailbox or a card without keeping it, and codes that nobody stores."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from broadsheet.accounts.rules import plain_mail

CODE_LETTERS = 20


def _mac(purpose: str, value: str) -> bytes:
    return hmac.new(settings.MEMBER_KEY.encode(), f"{purpose}:{value}".encode(), hashlib.sha256).digest()


def mail_key(address: str) -> str:
    """One key for all aliases of a mailbox; empty for no address."""
    return _mac("mailbox", plain_mail(address)).hex() if address else ""


def card_key(fingerprint: str) -> str:
    """The key of a card, by the gateway's fingerprint of it; empty where there is none."""
    return _mac("card", fingerprint).hex() if fingerprint else ""


def sandbox_keys() -> tuple[str, str]:
    """The key and the webhooks' secret of the sandbox that the paper serves itself: its own, so that nobody else who
    reaches it may pull its levers."""
    return f"sk_test_sandbox_{_mac('sandbox', 'key').hex()[:32]}", f"whsec_{_mac('sandbox', 'hooks').hex()[:32]}"


def gift_code(reference: UUID) -> str:
    """The code of a gift: made anew from its reference whenever a mail needs it, stored nowhere."""
    text = base64.b32encode(_mac("gift", str(reference))).decode()[:CODE_LETTERS]
    return "-".join(text[at : at + 5] for at in range(0, CODE_LETTERS, 5))


def seat_token(reference: UUID) -> str:
    """The token of an invitation to a seat, made anew in the same way."""
    return base64.urlsafe_b64encode(_mac("seat", str(reference))).decode().rstrip("=")


def declaration_token(reference: UUID) -> str:
    """The token by which a member answers for a declaration that was made without log-in: with its number inside."""
    return base64.urlsafe_b64encode(reference.bytes + _mac("declaration", str(reference))[:16]).decode().rstrip("=")


def declaration_of(token: str) -> UUID | None:
    """The number of the declaration that a token was made for; None for a token that we did not make."""
    try:
        reference = UUID(bytes=base64.urlsafe_b64decode(token + "==")[:16])
    except ValueError:
        return None
    return reference if hmac.compare_digest(declaration_token(reference).encode(), token.encode()) else None


def contract_number(subscription: str) -> str:
    """A contract's number, as its member knows it from their page and their mails, and nobody else does."""
    letters = base64.b32encode(_mac("contract", subscription)).decode()[:12]
    return "-".join(letters[at : at + 4] for at in range(0, 12, 4))


def names_contract(typed: str, subscription: str) -> bool:
    """Whether somebody wrote the number of this contract, however they spelt it."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return hmac.compare_digest(letters.encode(), contract_number(subscription).replace("-", "").encode())


def hash_of(code: str) -> str:
    """What is stored of a code or a token. Spaces, dashes and capitals make no difference to a gift's code."""
    return hashlib.sha256(code.encode()).hexdigest()


def plain_code(typed: str) -> str:
    """A gift's code as it is hashed, from what somebody typed."""
    letters = "".join(each for each in typed.upper() if each.isalnum())[:CODE_LETTERS]
    return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))
