"""Puts every case to the paper, and says where a canary stands, or a slot was used, that should not. In its process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tests.leaks import canaries
from tests.leaks.cases import Case, Cases
from tests.leaks.process import Answer, Paper, paper

SHORT = 1_600
MOST_SHOWN = 40


@dataclass
class Result:
    """What a sweep saw."""

    requests: int = 0
    leaks: int = 0  # canaries that stood where they may not
    faults: list[str] = field(default_factory=list)
    opened: int = 0  # answers that held a body, as they should
    seen: Counter[str] = field(default_factory=Counter)  # canaries found, by surface
    leaked: Counter[str] = field(default_factory=Counter)  # faults of every kind, by surface
    surfaces: Counter[str] = field(default_factory=Counter)  # requests, by surface

    def report(self) -> str:
        """The faults, for people."""
        more = f"\n… and {len(self.faults) - MOST_SHOWN} more" if len(self.faults) > MOST_SHOWN else ""
        return "\n".join(self.faults[:MOST_SHOWN]) + more


def short() -> Result:
    """The sweep that every test run makes."""
    return run(Cases(paper()).some(SHORT))


def whole() -> Result:
    """Everything."""
    return run(Cases(paper()).everything())


def run(cases: Iterable[Case], until: str = "") -> Result:
    """Put these to the paper, one after the other; `until` something is wrong with that surface."""
    there, result = paper(), Result()
    spent = there.spent()
    for case in cases:
        request = case.request
        answer = there.ask(replace(request, client=request.client or there.stranger()))
        now = there.spent()
        _judge(there, case, answer, now - spent, result)
        spent = now
        if until and result.leaked[until]:
            break
    return result


def _judge(there: Paper, case: Case, answer: Answer, delta: int, result: Result) -> None:
    found = canaries.found(answer.body, answer.headers, answer["content-encoding"])
    planted = there.made.words.planted
    ours = {word for word in found if word in planted and planted[word][0] != "open"}
    result.requests += 1
    result.surfaces[case.surface] += 1
    result.seen[case.surface] += len(ours)
    result.opened += bool(case.must)
    wrong = [f"shows {planted[word]}" for word in sorted(ours - case.may)]
    result.leaks += len(wrong)
    lacking = sorted(case.must - found)
    if lacking and answer.status == 200:
        wrong.append(f"lacks {[planted[word][1] for word in lacking][:5]}")
    elif lacking:
        wrong.append("gives no body where it should")
    if delta not in case.spends:
        wrong.append(f"spends {delta}, should be {sorted(case.spends)}")
    if case.absent and any(path in answer.body for path in case.absent):
        wrong.append("finds a story by a word of its body")
    if case.private and not {"private", "no-store"} & set(answer["cache-control"].replace(",", " ").split()):
        wrong.append(f"may be kept by a shared cache: {answer['cache-control']!r}")
    if wrong:
        result.leaked[case.surface] += 1
        result.faults += [f"{case.surface}: {_named(case)}: {answer.status}, {line}" for line in wrong]


def _named(case: Case) -> str:
    request = case.request
    lines = [f"{name}={value[:40]}" for name, value in request.headers if name != "accept"]
    return f"{request.method} {request.path}?{request.query} by {case.persona} {lines}"
