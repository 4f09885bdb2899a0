"""What only the ledger in Valkey, or Redis, has to keep: times to live, losses of its server, clusters, TLS."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from valkey import Valkey

from broadsheet import clock
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.ledgers.valkey import NETWORK_SECONDS, READER_DAYS, ValkeyLedger
from broadsheet.paywall.ports import Answer, LedgerError
from broadsheet.paywall.rules import Terms
from tests.contracts.asking import TERMS, TODAY, ask, one
from tests.servers import free_port, valkey_server
from tests.shared import ROOT

pytestmark = pytest.mark.valkey
DAY = 86_400


@pytest.fixture
def server(fresh_valkey: str) -> Iterator[Valkey]:
    """The server, as an operator who looks into it."""
    looking = Valkey.from_url(fresh_valkey)
    yield looking
    looking.close()


@pytest.fixture
def ledger(fresh_valkey: str) -> Iterator[ValkeyLedger]:
    opened = ValkeyLedger(fresh_valkey, wait=5)
    yield opened
    opened.close()


def test_every_key_ends_by_itself_and_the_salt_before_what_it_keyed(ledger: ValkeyLedger, server: Valkey) -> None:
    reader = one(ledger, ask(1, today=TODAY - 1)).reader
    one(ledger, ask(2, reader))
    one(ledger, ask(3, account=os.urandom(32)))
    ledger.redeem(b"gift", b"jar", 1, clock.today() + 3)
    keys = server.keys()
    ends = {key: server.ttl(key) for key in keys}
    kinds = {kind: [end for key, end in ends.items() if key.startswith(b"{meter}:%c:" % kind)] for kind in b"srnwg"}
    assert {chr(kind): len(found) for kind, found in kinds.items()} == {"s": 2, "r": 2, "n": 2, "w": 2, "g": 1}
    assert sum(map(len, kinds.values())) == len(ends)
    for kind in b"snw":
        assert all(0 < end <= NETWORK_SECONDS <= 48 * 3_600 for end in kinds[kind])
    assert all(0 < end <= READER_DAYS * DAY for end in kinds[ord("r")])
    assert 3 * DAY <= kinds[ord("g")][0] <= 4 * DAY


def test_a_readers_time_to_live_follows_the_first_day_of_the_window(ledger: ValkeyLedger, server: Valkey) -> None:
    reader = one(ledger, ask(1)).reader
    one(ledger, ask(2, reader, TODAY + 10))
    (key,) = server.keys("{meter}:r:*")
    assert (READER_DAYS - 10) * DAY - 5 <= server.ttl(key) <= (READER_DAYS - 10) * DAY


def test_no_key_and_no_value_holds_an_address_a_story_or_an_id(ledger: ValkeyLedger, server: Valkey) -> None:
    network = (b"4\xcb\x00\x71\x2a", b"4\xcb\x00\x71")
    reader = one(ledger, ask(7, network=network)).reader
    ledger.redeem(b"the gift's own id", b"the jar's own id", 1, clock.today())
    keys = server.keys()
    held = b"\n".join([*keys, *(server.dump(key) for key in keys)])
    for secret in (network[1], reader, (7).to_bytes(16, "big"), b"the gift's own id", b"the jar's own id"):
        assert secret not in held


def test_two_processes_share_the_salt_that_the_first_of_them_made(fresh_valkey: str, server: Valkey) -> None:
    first, second = ValkeyLedger(fresh_valkey), ValkeyLedger(fresh_valkey)
    for number in range(TERMS.network_new):
        assert one((first, second)[number % 2], ask(number)).answer == Answer.GRANTED
    assert one(first, ask(50)).answer == one(second, ask(51)).answer == Answer.NETWORK_LIMIT
    assert len(server.keys("{meter}:s:*")) == len(server.keys("{meter}:n:*")) == 1


def test_a_lost_salt_is_made_anew_by_whoever_comes_first(fresh_valkey: str, server: Valkey) -> None:
    first, second = ValkeyLedger(fresh_valkey), ValkeyLedger(fresh_valkey)
    one(first, ask(1))
    one(second, ask(2))
    server.flushdb()
    server.set(f"{{meter}}:s:{TODAY}", b"x" * 32)
    assert one(first, ask(3)).answer == one(second, ask(3)).answer == Answer.GRANTED
    assert len(server.keys("{meter}:n:*")) == 1


def test_a_server_that_forgot_the_script_gets_it_again(ledger: ValkeyLedger, server: Valkey) -> None:
    reader = one(ledger, ask(1)).reader
    server.script_flush()
    assert one(ledger, ask(2, reader)).used == 2


def test_a_connection_that_was_lost_is_made_anew_without_an_error(ledger: ValkeyLedger, server: Valkey) -> None:
    reader = one(ledger, ask(1)).reader
    for client in server.client_list(_type="normal"):
        if int(client["id"]) != server.client_id():
            server.client_kill_filter(_id=client["id"])
    assert one(ledger, ask(2, reader)).used == 2


def test_a_server_without_memory_refuses_whole_asks(ledger: ValkeyLedger, server: Valkey) -> None:
    reader = one(ledger, ask(1)).reader
    server.config_set("maxmemory", 1)
    try:
        with pytest.raises(LedgerError, match="memory"):
            one(ledger, ask(2, reader))
    finally:
        server.config_set("maxmemory", 0)
    assert one(ledger, ask(3, reader)).used == 2


def test_a_server_that_is_gone_hangs_or_is_none_of_ours_says_so() -> None:
    gone = open_ledger(f"valkey://127.0.0.1:{free_port()}")
    with pytest.raises(LedgerError):
        one(gone, ask(1))
    with valkey_server("--requirepass", "open sesame") as address:
        for wrong in (address, address.replace("//", "//:wrong@"), address.replace("//", "//:open%20sesame@") + "9999"):
            with pytest.raises(LedgerError):
                one(open_ledger(wrong), ask(1))
        ours = open_ledger(address.replace("//", "//:open%20sesame@").replace("valkey:", "redis:"))
        assert one(ours, ask(1)).answer == Answer.GRANTED


def test_a_server_that_hangs_is_given_up_and_its_late_answer_is_nobodys(fresh_valkey: str, server: Valkey) -> None:
    ledger = ValkeyLedger(fresh_valkey, wait=0.2)
    reader = one(ledger, ask(1)).reader
    server.execute_command("CLIENT", "PAUSE", 600, "ALL")
    with pytest.raises(LedgerError):
        one(ledger, ask(2, reader))
    server.ping()
    after = one(ledger, ask(3, reader))
    assert (after.answer, after.reader) == (Answer.GRANTED, reader)
    assert after.used in {2, 3}, "the ask that nobody waited for may have been settled, and is never undone"


def test_an_address_that_makes_no_sense_names_the_setting() -> None:
    with pytest.raises(ValueError, match="LEDGER_URL"):
        open_ledger("valkey://127.0.0.1:port")


def test_the_rights_that_the_documents_name_are_enough(fresh_valkey: str, server: Valkey) -> None:
    text = (ROOT / "docs" / "how-to" / "deploy-on-many-machines.md").read_text(encoding="utf-8")
    named = re.findall(r"`([A-Z]+)`", text[text.index("The user needs") : text.index("One number")])
    assert {"EVALSHA", "HMGET", "BGREWRITEAOF"} <= set(named)
    rights = [f"+{name.lower()}" for name in named]
    server.execute_command("ACL", "SETUSER", "paper", "on", ">word", "~{meter}:*", "-@all", *rights)
    ledger = ValkeyLedger(fresh_valkey.replace("//", "//paper:word@"))
    terms = Terms(allowance=1)
    reader = one(ledger, ask(1, today=TODAY - 40, terms=terms)).reader
    answers = [one(ledger, ask(n, reader, terms=terms)).answer for n in (2, 2, 3)]
    assert answers == [Answer.GRANTED, Answer.KNOWN, Answer.OWN_LIMIT]
    assert ledger.redeem(b"gift", b"jar", 1, clock.today())
    assert not ledger.redeem(b"gift", b"another", 1, clock.today())
    assert ledger.sweep(TODAY) == 0
    ledger.forget(reader)
    server.execute_command("ACL", "DELUSER", "paper")


def test_what_a_reader_and_a_network_take_is_what_the_documents_say(ledger: ValkeyLedger, server: Valkey) -> None:
    reader = one(ledger, ask(1)).reader
    for number in (2, 3):
        one(ledger, ask(number, reader))
    (key,), (network,) = server.keys("{meter}:r:*"), server.keys("{meter}:n:*")
    assert server.memory_usage(key) <= 200
    assert server.memory_usage(network) <= 400


def test_sweeping_takes_past_salts_out_of_the_file_that_the_server_appends_to(tmp_path: Path) -> None:
    with valkey_server(folder=tmp_path) as address:
        ledger, server = ValkeyLedger(address), Valkey.from_url(address)
        one(ledger, ask(1))
        salt = server.get(f"{{meter}}:s:{TODAY}")
        assert salt in _files(tmp_path)
        server.delete(f"{{meter}}:s:{TODAY}")
        assert salt in _files(tmp_path), "what a server appended stays in its file"
        assert ledger.sweep(TODAY + 2) == 0
        _wait(lambda: salt not in _files(tmp_path))
        assert one(ledger, ask(2)).answer == Answer.GRANTED


def test_a_server_that_was_stopped_goes_on_counting_where_it_was(tmp_path: Path) -> None:
    port = free_port()
    with valkey_server(folder=tmp_path, port=port) as address:
        ledger = ValkeyLedger(address)
        reader = one(ledger, ask(1)).reader
        one(ledger, ask(2, reader))
    with pytest.raises(LedgerError):
        one(ledger, ask(3, reader))
    with valkey_server(folder=tmp_path, port=port):
        assert [one(ledger, ask(n, reader)).answer for n in (2, 3, 4)] == [
            Answer.KNOWN,
            Answer.GRANTED,
            Answer.OWN_LIMIT,
        ]


def test_a_node_of_a_cluster_that_does_not_hold_the_meter_tells_who_does() -> None:
    cluster, port, bus = ("--cluster-enabled", "yes", "--cluster-port"), free_port(), free_port()
    with valkey_server(*cluster, str(free_port())) as first, valkey_server(*cluster, str(bus), port=port) as second:
        one_node, other = Valkey.from_url(first), Valkey.from_url(second)
        other.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        one_node.execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
        for node in (one_node, other):
            _wait(lambda node=node: b"cluster_state:ok" in node.execute_command("CLUSTER", "INFO"))
        ledger = ValkeyLedger(first)
        assert [outcome.answer for outcome in ledger.grant_all([ask(1), ask(2)])] == [Answer.GRANTED] * 2
        assert len(other.keys("{meter}:*")) == 5  # the salt, two readers, a network and the wider one


def test_the_connection_may_be_encrypted_and_a_stranger_certificate_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*make, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    port = free_port()
    tls = ("--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    with valkey_server(*tls, "--tls-auth-clients", "no"):
        encrypted = f"valkeys://127.0.0.1:{port}/0"
        with pytest.raises(LedgerError, match="certificate"):
            one(open_ledger(encrypted), ask(1))
        trusting = ValkeyLedger(f"{encrypted}?ssl_ca_certs={certificate}", wait=5)
        assert one(trusting, ask(1)).answer == Answer.GRANTED


def _files(folder: Path) -> bytes:
    """All that the server has written."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _wait(done: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, f"not within {seconds} seconds"
        time.sleep(0.05)
