"""What was read without an account counts to the account that one logs in to."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse

from broadsheet import clock
from broadsheet.accounts import queries
from broadsheet.edge.cookies import names
from broadsheet.paywall import queries as paywall
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ports import Answer, Ask, Ledger, Outcome
from broadsheet.paywall.receipts import with_tags
from broadsheet.paywall.rules import Terms
from tests.apps.accounts.readers import Browser, number_of, words
from tests.paper import Paper

ADA = "ada@example.org"
RECEIPT = names(False)[0].decode()
TERMS = Terms(allowance=3)


@pytest.fixture
def ledger(paper: Paper, settings, tmp_path: Path):
    settings.LEDGER_URL = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    opened = open_ledger(settings.LEDGER_URL)
    yield opened
    opened.close()


def read(ledger: Ledger, number: int, reader: bytes | None = None, account: bytes | None = None) -> Outcome:
    network = os.urandom(5), os.urandom(4)
    story = number.to_bytes(16, "big")
    return ledger.grant_all([Ask(reader, os.urandom(16), story, *network, clock.today(), TERMS, account)])[0]


def carry(browser: Browser, outcome: Outcome) -> None:
    """Put the receipt of what was granted into the browser."""
    receipt = with_tags(outcome.reader, outcome.window_start, outcome.tags)
    browser.client.cookies[RECEIPT] = paywall.ring().sign(receipt).decode()


def test_MT_13_what_this_browser_read_counts_to_the_account(paper: Paper, ledger: Ledger) -> None:
    browser = Browser()
    carry(browser, read(ledger, 2, read(ledger, 1).reader))
    browser.log_in(ADA)
    account = queries.account_of(number_of(ADA))
    assert [read(ledger, number, account=account).answer for number in (3, 4)] == [Answer.GRANTED, Answer.OWN_LIMIT]
    assert browser.client.cookies[RECEIPT].value, "the receipt stays"


def test_MT_13_twenty_times_in_and_out_give_no_more_than_both_allowances(paper: Paper, ledger: Ledger) -> None:
    browser, granted, outcome = Browser(), 0, None
    for number in range(20):
        cache.clear()
        outcome = read(ledger, number * 2, outcome.reader if outcome else None)
        granted += outcome.answer is Answer.GRANTED
        carry(browser, outcome)
        browser.log_in(ADA)
        inside = read(ledger, number * 2 + 1, account=queries.account_of(number_of(ADA)))
        granted += inside.answer is Answer.GRANTED
        browser.post("account_logout")
    assert TERMS.allowance <= granted <= 2 * TERMS.allowance


def test_MT_14_a_second_account_under_an_alias_begins_where_the_first_one_stands(paper: Paper, ledger: Ledger) -> None:
    for address in ("ada@gmail.com", "a.da+2@googlemail.com"):
        Browser().log_in(address)
    first, second = (queries.account_of(number_of(mail)) for mail in ("ada@gmail.com", "a.da+2@googlemail.com"))
    assert [read(ledger, number, account=first).used for number in (1, 2, 3)] == [1, 2, 3]
    assert read(ledger, 4, account=second).answer is Answer.OWN_LIMIT


def test_a_receipt_that_is_none_of_ours_keeps_nobody_out(paper: Paper, ledger: Ledger) -> None:
    for number, value in enumerate(("forged", "é" * 40, "x" * 5_000, "\x7f")):
        browser = Browser()
        browser.client.cookies[RECEIPT] = value
        browser.log_in(f"reader{number}@example.org")
        assert browser.user is not None


def test_a_ledger_that_is_down_keeps_nobody_out(paper: Paper, ledger: Ledger, settings, tmp_path: Path, caplog) -> None:
    browser = Browser()
    carry(browser, read(ledger, 1))
    (tmp_path / "file").write_text("no folder")
    settings.LEDGER_URL = f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite3'}"
    browser.log_in(ADA)
    assert browser.user == number_of(ADA)
    assert "was not joined to its account" in caplog.text


def test_a_copy_of_the_users_does_not_name_them_in_the_ledger(paper: Paper, ledger: Ledger, tmp_path: Path) -> None:
    from django.contrib.auth import get_user_model

    from broadsheet.paywall.minting import reader_key

    Browser().log_in(ADA)
    account = queries.account_of(number_of(ADA))
    read(ledger, 1, account=account)
    kept = bytes(get_user_model().objects.get().mail_key)
    dump = (tmp_path / "ledger.sqlite3").read_bytes() + (tmp_path / "ledger.sqlite3-wal").read_bytes()
    assert reader_key(account) in dump
    assert not {account, kept, kept[:16], reader_key(kept), reader_key(kept[:16])} & {
        dump[at : at + size] for size in (16, 20) for at in range(len(dump))
    }


def erase(browser: Browser) -> HttpResponse:
    return browser.post("account_erase", {"sure": "1"})


def test_an_account_that_is_erased_leaves_nothing_in_the_ledger(paper: Paper, ledger: Ledger, tmp_path: Path) -> None:
    browser = Browser()
    browser.log_in(ADA)
    account = queries.account_of(number_of(ADA))
    assert [read(ledger, number, account=account).used for number in (1, 2, 3)] == [1, 2, 3]
    assert "Your account is gone" in words(erase(browser))
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as file:
        assert file.execute("SELECT count(*) FROM meter_grant").fetchone() == (0,)


def test_a_ledger_that_is_down_keeps_the_account_and_says_so(
    paper: Paper, ledger: Ledger, settings, tmp_path: Path, caplog
) -> None:
    browser = Browser()
    browser.log_in(ADA)
    user, sent, working = number_of(ADA), len(mail.outbox), settings.LEDGER_URL
    account = queries.account_of(user)
    read(ledger, 1, account=account)
    (tmp_path / "file").write_text("no folder")
    settings.LEDGER_URL = f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite3'}"
    answer = erase(browser)
    assert (answer.status_code, "nothing was taken away" in words(answer)) == (503, True)
    assert (number_of(ADA), browser.user, len(mail.outbox)) == (user, user, sent)
    assert "an account was not erased" in caplog.text
    settings.LEDGER_URL = working
    assert "Your account is gone" in words(erase(browser))
    assert read(ledger, 2, account=account).used == 1


def test_MT_14_erasing_one_of_two_aliases_gives_the_other_nothing_back(paper: Paper, ledger: Ledger) -> None:
    first, second = Browser(), Browser()
    first.log_in("ada@gmail.com")
    second.log_in("a.da+2@googlemail.com")
    account = queries.account_of(number_of("ada@gmail.com"))
    for number in (1, 2, 3):
        read(ledger, number, account=account)
    assert "Your account is gone" in words(erase(second))
    assert read(ledger, 4, account=account).answer is Answer.OWN_LIMIT
    assert "Your account is gone" in words(erase(first))
    assert read(ledger, 4, account=account).used == 1
