"""All real bounces at once, and what they may not do: for the proof."""

from __future__ import annotations

import atexit
import csv
import logging
import os
import re
import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from broadsheet.newsletters.formats.reading import read
from broadsheet.newsletters.rules.bounces import judge, judge_feedback
from broadsheet.newsletters.rules.reasons import Reason
from broadsheet.newsletters.rules.told import Kind

STORM = 10_000
EACH = 8  # times that each mail comes back, each time of another issue


@dataclass(frozen=True, slots=True)
class Share:
    """How many recipients of real bounces were read as expected, and which were not."""

    rows: int
    right: int
    wrong: tuple[str, ...]


def found_in(raw: bytes) -> list[tuple[str, str]]:
    """Reason and type of feedback of each recipient of a mail."""
    reading = read(raw)
    if reading.kind is Kind.COMPLAINT:
        return [(judge_feedback(reading.feedback).reason.value, reading.feedback) for _ in reading.told]
    if reading.kind is Kind.AUTO_REPLY:
        return [(Reason.VACATION.value, "")]
    return [(judge(each).reason.value, "") for each in reading.told]


def mails(data: Path) -> list[Path]:
    """Every real mail of the data."""
    return sorted((data / "email").glob("*/*.eml"))


def share(data: Path) -> Share:
    """Read every mail that something is expected of, and compare reason and type of feedback, recipient by recipient."""
    expected: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with (data / "email" / "expected.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            expected[row["file"]].append((row["reason"], row["feedback_type"]))
    known = {path.name: path for path in reversed(mails(data))}
    rows = right = 0
    wrong: list[str] = []
    for name, wanted in expected.items():
        found = found_in(known[name].read_bytes())
        good = sum(one == other for one, other in zip(wanted, found, strict=False)) if len(wanted) == len(found) else 0
        rows, right = rows + len(wanted), right + good
        if good < len(wanted):
            wrong.append(f"{name}: expected {wanted}, found {found}")
    return Share(rows, right, tuple(wrong))


def wrongly_suppressed(data: Path) -> list[str]:
    """What suppressed somebody although it may not, in a process and a database of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_all, (data,))


def _all(data: Path) -> list[str]:
    _begin()
    return [*_unsealed(data), *_no_bounces(data), *_storm()]


def _begin() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["BROADSHEET_FOLDER"] = folder = tempfile.mkdtemp(prefix="bs-storm-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    logging.disable(logging.CRITICAL)
    connection.creation.create_test_db(verbosity=0, serialize=False)


def _unsealed(data: Path) -> list[str]:
    """Every real mail as it is: nobody sealed it, so it may do nothing."""
    from broadsheet.newsletters.models import Mailbox, Suppression
    from broadsheet.newsletters.operations.intake import take
    from tests.apps.newsletters.posting import NOW

    wrong = []
    for path in mails(data):
        take(raw=path.read_bytes(), now=NOW)
        if Suppression.objects.exists() or Mailbox.objects.exists():
            wrong.append(f"{path.name} had an effect without a seal")
            Suppression.objects.all().delete()
            Mailbox.objects.all().delete()
    return wrong


def _no_bounces(data: Path) -> list[str]:
    """Answers of machines, delays, and feedback that complains of nothing, truly of our mails, again and again."""
    from datetime import timedelta

    from broadsheet.newsletters.keys import verp
    from broadsheet.newsletters.models import Suppression
    from broadsheet.newsletters.operations.intake import take
    from tests.apps.newsletters.posting import NOW, delivery, newsletter, reader

    wrong, letter = [], newsletter()
    for number, path in enumerate(no_bounces(data)):
        to = reader(f"reader{number}@mail.example", letter)
        for day in range(EACH):
            sealed = f"X-Original-To: {verp(delivery(to, letter).pk)}@bounces.paper.example\n".encode()
            take(raw=sealed + _bare(path.read_bytes()), now=NOW + timedelta(days=day))
        if Suppression.objects.exists():
            wrong.append(f"{path.name} is no bounce, and suppressed its reader")
            Suppression.objects.all().delete()
    return wrong


def no_bounces(data: Path) -> list[Path]:
    """The real mails that are none, by what is expected of them or by what they say themselves."""
    with (data / "email" / "expected.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["file"] for row in rows if row["reason"] == "vacation" or row["feedback_type"] == "auth-failure"}
    late = re.compile(rb"^Action:[ ]*delayed", re.IGNORECASE | re.MULTILINE)
    failed = re.compile(rb"^Action:[ ]*failed", re.IGNORECASE | re.MULTILINE)
    return [
        path
        for path in mails(data)
        if path.name in names or (late.search(raw := path.read_bytes()) and not failed.search(raw))
    ]


def _bare(raw: bytes) -> bytes:
    raw = raw.lstrip(b"\r\n")
    return raw.split(b"\n", 1)[1] if raw.startswith(b"From ") else raw


def _storm() -> list[str]:
    """A provider refuses us for what we are, ten thousand times within a few minutes (NL-22)."""
    from datetime import timedelta

    from django.contrib.auth import get_user_model
    from django.core import mail

    from broadsheet.newsletters import tasks
    from broadsheet.newsletters.keys import verp
    from broadsheet.newsletters.models import DomainPause, Suppression
    from broadsheet.newsletters.operations.intake import take
    from tests.apps.newsletters.posting import NOW, delivery, newsletter, reader, report

    get_user_model().objects.create_superuser(email="chief@paper.example", password="x")
    letter, said = newsletter(), "550 5.7.26 Unauthenticated email from paper.example is not accepted: DMARC policy"
    readers = [reader(f"storm{number}@provider.example", letter) for number in range(STORM // 5)]
    for number in range(STORM):
        row = delivery(readers[number % len(readers)], letter)
        take(
            raw=report(f"{verp(row.pk)}@bounces.paper.example", "5.7.26", said),
            now=NOW + timedelta(milliseconds=number),
        )
    wrong = [f"{count} readers suppressed by a storm" for count in [Suppression.objects.count()] if count]
    if not DomainPause.objects.filter(domain="provider.example", until__gt=NOW + timedelta(seconds=20)).exists():
        wrong.append("the domain of the storm was not paused")
    tasks.work(NOW + timedelta(seconds=30))  # the clock's work comes round every 20 seconds
    if len([each for each in mail.outbox if each.to == ["chief@paper.example"]]) != 1:
        wrong.append("the staff was not told once of the storm")
    return wrong
