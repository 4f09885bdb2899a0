"""Does it matter how many stories a paper holds? Members read the same popular ones; the others lie behind them."""

from __future__ import annotations

import time
from statistics import median

import click

from benchmarks import shelved
from benchmarks.load import Slice, environment, load, running
from benchmarks.registry import Figure, measures
from broadsheet.paywall import passes
from broadsheet.readers import Standing
from tests.servers import free_port

FEW, MANY = 100, (10_000, 100_000)
ROUNDS, SECONDS = 7, 2
READ = """
local paths = {{}}
for number = 0, {popular} - 1 do paths[number] = "/world/story-" .. (number * {step}) .. "/" end
math.randomseed({seed})
request = function() return wrk.format("GET", paths[math.random(0, {popular} - 1)]) end
"""


@measures(
    "bench",
    "held",
    Figure(
        "held_10000_vs_100", 0.9, "least",
        "Members who read a hundred popular stories of a paper that holds 10,000, against one that holds just these hundred.",
    ),
    Figure("held_100000_vs_100", 0.9, "least", "The same with 100,000 stories held."),
)  # fmt: skip
def held() -> dict[str, float]:
    """Alternating slices of a small paper and a large one."""
    for stories in (FEW, *MANY):
        shelved.make(stories)
    return {f"held_{stories}_vs_{FEW}": _against(stories) for stories in MANY}


def _against(stories: int) -> float:
    pairs = []
    for number in range(ROUNDS):
        few, many = _slice(FEW, number), _slice(stories, number)
        pairs.append(many.rate / few.rate)
    click.echo(f"    {stories} stories: {min(pairs):.2f} to {max(pairs):.2f}")
    return median(pairs)


def _slice(stories: int, seed: int) -> Slice:
    address = f"http://127.0.0.1:{free_port()}"
    member = passes.sign(shelved.KEYS, passes.Pass(Standing.MEMBER, 1, int(time.time()) + passes.MOST_SECONDS))
    headers = {"Cookie": f"bs-p={member.decode()}", "Accept-Encoding": "br"}
    script = READ.format(popular=FEW, step=stories // FEW, seed=seed)
    with running(
        "benchmarks.shelved:application", address, {**environment(address), "SHELVED": str(stories)}
    ) as server:
        load(server, shelved.path_of(0), 1, headers, script)  # the popular ones come to hand
        found = load(server, shelved.path_of(0), SECONDS, headers, script)
    if found.wrong:
        raise SystemExit(f"{stories} stories: {found.wrong} answers were errors")
    return found
