"""What the meter costs: each kind of reader against fixed bytes of the same size from the same server."""

from __future__ import annotations

import os
import time
import urllib.request

import click

from benchmarks.load import Server, Slice, apart, cpu_ratio, load, ratio, rested, serving
from benchmarks.registry import Figure, measures
from broadsheet.paywall import passes
from broadsheet.paywall.receipts import KeyRing
from broadsheet.readers import Standing

ROUNDS, SECONDS = int(os.environ.get("ROUNDS", "21")), int(os.environ.get("SECONDS", "1"))
STORY, OTHER = "/world/two-cities-one-river/", "/planet/a-register-of-holes/"
BROWSER = {
    "Accept-Encoding": "gzip, deflate, br, zstd", "Accept": "text/html,application/xhtml+xml", "Accept-Language": "en",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none",
}  # fmt: skip
# Every request is another reader on another network.
STRANGERS = """
math.randomseed({seed})
request = function()
  wrk.headers["X-Forwarded-For"] = math.random(1, 223) .. "." .. math.random(0, 255) .. "." .. math.random(0, 255) .. ".9"
  return wrk.format()
end
"""


@measures(
    "bench",
    "meter",
    Figure("reread_vs_fixed", 0.95, "least", "A reader opens again a story that their receipt lists: ready bytes, no I/O."),
    Figure("past_meter_vs_fixed", 0.85, "least", "A stranger past the meter: the preview with the wall's words for them."),
    Figure("member_vs_fixed", 0.95, "least", "A member, known by their pass without a database: ready bytes, no I/O."),
    Figure(
        "grant_sqlite_vs_fixed", 0.25, "least",
        "Every request is a new reader who is granted a story: decided, written to the ledger on SQLite, receipt signed.",
    ),
)  # fmt: skip
def meter() -> dict[str, float]:
    """Alternating slices of fixed bytes and of each kind of reader."""
    with serving() as server:
        read = {**BROWSER, "Cookie": receipt(server, STORY)}
        member = {**BROWSER, "Cookie": member_pass(server)}
        with apart(server):
            of_one_worker = {
                "reread_vs_fixed": _against(server, "re-read", STORY, read),
                "past_meter_vs_fixed": _against(server, "past the meter", OTHER, read),
                "member_vs_fixed": _against(server, "member", OTHER, member),
            }
        return of_one_worker | {"grant_sqlite_vs_fixed": _against(server, "grant", STORY, BROWSER, STRANGERS)}


@measures(
    "bench",
    "meter_valkey",
    Figure(
        "grant_valkey_vs_fixed", 0.25, "least",
        "The same new readers, with the ledger in Valkey (or Redis) on the same machine.",
    ),
)  # fmt: skip
def meter_valkey() -> dict[str, float]:
    """A Valkey server of our own on loopback, which keeps no file."""
    from tests.servers import valkey_bin, valkey_server

    if valkey_bin() is None:
        raise click.ClickException("Valkey's server is missing: apt-get install valkey-server, or redis-server")
    with valkey_server() as ledger, serving(ledger) as server:
        return {"grant_valkey_vs_fixed": _against(server, "grant", STORY, BROWSER, STRANGERS)}


def receipt(server: Server, path: str) -> str:
    """The cookies of a reader who opened one story."""
    return _jar(server, path, {})


def member_pass(server: Server) -> str:
    """The cookie of a member, made with the measured paper's own key."""
    lines = (server.folder / "keys.env").read_text().splitlines()
    key = next(line.partition("=")[2] for line in lines if line.startswith("METER_KEY="))
    bearer = passes.Pass(Standing.MEMBER, 1, int(time.time()) + passes.MOST_SECONDS)
    return f"bs-p={passes.sign(KeyRing(key), bearer).decode()}"


def _jar(server: Server, path: str, headers: dict[str, str]) -> str:
    """The cookies that a browser sends the next time."""
    with urllib.request.urlopen(_asked(server, path, headers)) as answer:
        new = [line.partition(";")[0] for line in answer.headers.get_all("Set-Cookie", [])]
    kept = {pair.partition("=")[0]: pair for pair in (*headers.get("Cookie", "").split("; "), *new) if pair}
    return "; ".join(kept.values())


def _asked(server: Server, path: str, headers: dict[str, str]) -> urllib.request.Request:
    return urllib.request.Request(server.address + path, headers={**BROWSER, **headers})


def _against(server: Server, name: str, path: str, headers: dict[str, str], script: str = "") -> float:
    with urllib.request.urlopen(_asked(server, path, headers)) as answer:
        size = len(answer.read())
    if not script:  # one reader, who keeps their cookies: an offer in a story counts as shown once an hour
        headers = {**headers, "Cookie": _jar(server, path, headers)}
    fixed_path = f"/fixed/{name.replace(' ', '-')}{path}"
    load(server, fixed_path, 1, headers)
    pairs: list[tuple[Slice, Slice]] = []
    load(server, path, 1, headers, script.replace("{seed}", "1"))  # warm
    for number in range(ROUNDS):
        asked = [(path, script.replace("{seed}", str(number + 2))), (fixed_path, "")]
        turn = 1 if number % 2 else -1  # who goes first changes: a machine that tires or is busy favours neither
        ours, fixed = [rested(server, where, SECONDS, headers, lua) for where, lua in asked[::turn]][::turn]
        if ours.wrong:
            raise SystemExit(f"{name}: {ours.wrong} answers were errors")
        pairs.append((ours, fixed))
    rates = [round(one.rate) for one, _ in pairs]
    click.echo(f"    {name}: {size} bytes, {min(rates)} to {max(rates)} a second; processor {cpu_ratio(pairs)}")
    return ratio(pairs)
