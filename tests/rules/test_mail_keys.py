"""One person, one allowance, one trial: however they spell their mail address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.accounts.rules import mail_key, plain_mail

KEY = b"a key that only the paper holds, of 32 bytes or more"
SPELLINGS = {
    "ada@example.org": ["ADA@EXAMPLE.ORG", " ada@example.org ", "ada+news@example.org", "Ada+a+b@Example.Org.",
                        "\uff41da@example.org", '"ada"@example.org', "ada@\uff45xample.org"],
    "adalovelace@gmail.com": ["ada.lovelace@gmail.com", "a.d.a.lovelace+x@googlemail.com", "AdaLovelace@GMAIL.com",
                              "ada.lovelace+trial2@gmail.com", "adalovelace@googlemail.com."],
    "info@b\u00fccher.example": ["info@xn--bcher-kva.example", "INFO@B\u00dcCHER.EXAMPLE", "info@bu\u0308cher.example",
                                 "info+1@XN--BCHER-KVA.example", "info@b\u00fccher\u3002example"],
    "\u0430\u043d\u043d\u0430@\u043f\u043e\u0447\u0442\u0430.example": ["\u0410\u041d\u041d\u0410@\u041f\u041e\u0427\u0422\u0410.example"],
}  # fmt: skip
OTHERS = [
    "ada.lovelace@example.org", "adalovelace@example.org", "ada@example.com", "ada@mail.example.org", "bob@gmail.com",
    "ada-news@example.org", "+@example.org",
]  # fmt: skip


@pytest.mark.parametrize("plain", SPELLINGS)
def test_AC_03_the_spellings_of_one_address_have_one_key(plain: str) -> None:
    assert {mail_key(spelt, KEY) for spelt in [plain, *SPELLINGS[plain]]} == {mail_key(plain, KEY)}


def test_AC_03_a_membership_knows_a_mailbox_by_the_same_rule() -> None:
    """One trial for whom the meter takes for one person."""
    from broadsheet.membership import keys

    for plain, spellings in SPELLINGS.items():
        assert {keys.mail_key(spelt) for spelt in [plain, *spellings]} == {keys.mail_key(plain)}
    assert len({keys.mail_key(address) for address in [*SPELLINGS, *OTHERS]}) == len([*SPELLINGS, *OTHERS])
    assert keys.mail_key("") == ""


def test_MT_14_addresses_of_different_people_have_different_keys() -> None:
    everybody = [*SPELLINGS, *OTHERS]
    assert len({mail_key(address, KEY) for address in everybody}) == len(everybody)


def test_the_key_is_32_bytes_that_tell_nothing_without_the_papers_own() -> None:
    found = mail_key("ada@example.org", KEY)
    assert len(found) == 32
    assert b"ada" not in found
    assert mail_key("ada@example.org", KEY[::-1]) != found


@given(st.emails(), st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True))
def test_MT_14_a_tag_and_capitals_never_make_another_person(address: str, tag: str) -> None:
    local, _, domain = address.rpartition("@")
    assert plain_mail(f"{local}+{tag}@{domain}") == plain_mail(f"{local}@{domain.upper()}")


@given(st.text(max_size=80))
def test_whatever_is_written_as_an_address_has_a_key(text: str) -> None:
    assert len(mail_key(text, KEY)) == 32
    assert plain_mail(plain_mail(text)) == plain_mail(text) or "@" not in text
