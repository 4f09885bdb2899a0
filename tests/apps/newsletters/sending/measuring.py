"""How fast mails go, on the migrated, empty database that the environment names; prints figures as JSON.

python -m tests.apps.newsletters.sending.measuring speed|audience|claims|batch NUMBER
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LINES = int(os.environ.get("LINES", "8"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
STORY = "<tr><td><h2><a href='https://quay.example/newsletters/go/x/{0}/a/'>A register of holes, {0}</a></h2><p>{1}</p></td></tr>\n"


def letter() -> tuple[str, str]:
    """An issue of an ordinary size: about 30 KB of HTML and 6 KB of text before they are encoded."""
    words = "The harbour wakes before the city does, and the gulls before either. " * 15
    rows = "".join(STORY.format(number, words) for number in range(25))
    html = f"<html><body><table>{rows}</table><p><a href='%%UNSUBSCRIBE%%'>Leave</a> <a href='%%PREFERENCES%%'>Yours</a></p></body></html>"
    return html, (words + "\n\n") * 6 + "Leave: %%UNSUBSCRIBE%%\n"


def speed(count: int) -> dict[str, float]:
    """Two workers against Postfix's own source, into Postfix's own sink, in turn; the median of the ratios."""
    from django.conf import settings
    from django.db import transaction

    from broadsheet import clock
    from broadsheet.newsletters.models import Delivery
    from broadsheet.newsletters.operations.claiming import claim
    from broadsheet.newsletters.outgoing import Post
    from broadsheet.newsletters.rules.pacing import Limits
    from tests.apps.newsletters.sending import stage
    from tests.apps.newsletters.sending.killing import _ended, _life, cleared

    ratios, rates = [], []
    with sink() as port:
        settings.NEWSLETTER_MAIL_URL = f"smtp://127.0.0.1:{port}"
        for _ in range(ROUNDS):
            newsletter = stage.a_list()
            stage.readers(newsletter, stage.many(count))
            html, text = letter()
            stage.an_issue(newsletter, html=html, text=text, due_at=clock.now())
            stage.ready(clock.now())
            with transaction.atomic():
                (one,) = claim(worker="look", room=1, limits=Limits(), now=clock.now())
                message = Post().message(one, since=0, now=clock.now())
                transaction.set_rollback(True)
            limit = source(port, message.outline.fill(message.values), count)
            begun = time.monotonic()
            for pid in [_life(LINES) for _ in range(2)]:
                _ended(pid)
            ours = count / (time.monotonic() - begun)
            assert Delivery.objects.filter(state="sent").count() == count
            ratios.append(ours / limit)
            rates.append(f"{ours:.0f} of {limit:.0f} a second")
            cleared()
    size = len(message.outline.fill(message.values))
    print(f"    {size} bytes: {', '.join(rates)}", file=sys.stderr)
    return {"smtp_vs_smtp_source": statistics.median(ratios)}


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's own sink."""
    from tests.servers import free_port

    binary = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    port = free_port()
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([binary, *as_user, f"127.0.0.1:{port}", "1000"])
    time.sleep(0.5)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def source(port: int, content: bytes, count: int) -> float:
    """Messages a second by Postfix's own source, over as many connections as our two workers have."""
    binary = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    path = Path(os.environ["BROADSHEET_FOLDER"]) / "message"
    path.write_bytes(content.replace(b"\r\n", b"\n"))
    command = [binary, "-d", "-s", str(2 * LINES), "-m", str(count), "-F", str(path), "-f", "b@x.org", "-t", "r@x.org"]
    begun = time.monotonic()
    subprocess.run([*command, f"127.0.0.1:{port}"], check=True)
    return count / (time.monotonic() - begun)


def many_readers(newsletter: int, count: int) -> None:
    """Readers by statements of the database's own, so that making them takes no memory here."""
    from django.db import connection

    subscriber, place = "broadsheet_newsletters_subscriber", "broadsheet_newsletters_subscription"
    if connection.vendor == "postgresql":
        numbers, chance = f"generate_series(1, {count}) AS n(x)", "decode(md5(x || 's'), 'hex')"
        key, uuid = "sha256(('k' || x)::bytea)", "md5(x::text)::uuid"
    else:
        numbers = f"(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count}) SELECT x FROM n)"
        chance, key, uuid = "randomblob(16)", "randomblob(32)", "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {subscriber} (key, address, address_key, domain, language, zone, token, made_at) "
            f"SELECT {uuid}, 'reader' || x || '@example.org', {key}, 'example.org', '', '', {chance}, '2026-12-01 07:00:00' FROM {numbers}"
        )
        cursor.execute(
            f"INSERT INTO {place} (subscriber_id, newsletter_id, state, token, asked_at, left_by) "
            f"SELECT id, {newsletter}, 'active', {chance.replace('x ||', 'id ||')}, '2026-12-01 07:00:00', '' FROM {subscriber}"
        )


def audience(count: int) -> dict[str, float]:
    """Gathering so many readers, and how much the process grew meanwhile."""
    from broadsheet.newsletters.models import Delivery
    from broadsheet.newsletters.operations.building import build
    from tests.apps.newsletters.sending import stage

    newsletter = stage.a_list()
    many_readers(newsletter.pk, count)
    warm = stage.an_issue(stage.a_list("other"))
    build(issue_id=warm.pk, now=stage.NOW)
    issue = stage.an_issue(newsletter)
    before, begun = _memory(), time.monotonic()
    assert build(issue_id=issue.pk, now=stage.NOW)
    seconds = time.monotonic() - begun
    assert Delivery.objects.filter(issue=issue).count() == count
    return {"seconds": seconds, "megabytes": _memory() - before}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def claims(count: int) -> dict[str, float]:
    """Claims of one row each, with the answer to the last, among 100,000 that wait: milliseconds at the 99th percentile."""
    from django.db import connection

    from broadsheet.newsletters.carriers.memory import MemoryCarrier
    from broadsheet.newsletters.operations.answers import Result
    from broadsheet.newsletters.operations.building import begin_due, build
    from broadsheet.newsletters.ports import Answer, Told
    from tests.apps.newsletters.sending import stage

    newsletter = stage.a_list()
    many_readers(newsletter.pk, 100_000)
    issue = stage.an_issue(newsletter)
    begun = time.monotonic()
    build(issue_id=issue.pk, now=stage.NOW)
    built = time.monotonic() - begun
    begin_due(now=stage.NOW)
    worker, took = stage.Worker(MemoryCarrier(), room=1), []
    for _ in range(count):
        begun = time.perf_counter()
        (one,) = worker.claim()
        took.append((time.perf_counter() - begun) * 1000)
        worker.results = [Result(one, Told(Answer.SENT))]
    table = "broadsheet_newsletters_delivery"
    with connection.cursor() as cursor:
        asked = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(
            f"{asked} SELECT id FROM {table} WHERE issue_id = %s AND state = 'queued' AND due_at <= %s ORDER BY due_at, id LIMIT 8",
            [issue.pk, stage.NOW],
        )
        plan = str(cursor.fetchall())
    assert "delivery_due" in plan, plan
    took.sort()
    return {"build": built, "p99": took[int(len(took) * 0.99)], "median": took[len(took) // 2]}


def batch(count: int) -> dict[str, float]:
    """So many readers by batches to an ESP of our own, in a process of its own; from the first claim to the last answer."""
    from django.conf import settings
    from django.db.models import Max

    from broadsheet import clock
    from broadsheet.newsletters import tasks
    from broadsheet.newsletters.models import Delivery
    from tests.apps.newsletters.sending import stage

    command = [sys.executable, "-m", "tests.apps.newsletters.sending.esp"]
    fake = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert fake.stdout is not None
    settings.ANYMAIL = {"MAILGUN_API_KEY": "k", "MAILGUN_API_URL": fake.stdout.readline().strip()}
    settings.NEWSLETTER_MAIL_URL = "anymail:mailgun"
    newsletter = stage.a_list()
    stage.readers(newsletter, stage.many(count))
    html, text = letter()
    stage.an_issue(newsletter, html=html, text=text, due_at=clock.now())
    stage.ready(clock.now())
    begun = clock.now()
    sent = tasks._run(tasks.outbox(until_empty=True, lines=2).run())
    last = Delivery.objects.aggregate(last=Max("sent_at"))["last"]
    readers = fake.communicate("")[0].split()
    assert [str(sent), *readers] == [str(count)] * 3, (sent, readers)
    return {"batch": (last - begun).total_seconds()}


def main() -> None:
    """One of them."""
    import django

    django.setup()
    measures: dict[str, Callable[[int], dict[str, float]]] = {
        "speed": speed, "audience": audience, "claims": claims, "batch": batch,
    }  # fmt: skip
    print(json.dumps(measures[sys.argv[1]](int(sys.argv[2]))))


if __name__ == "__main__":
    main()
