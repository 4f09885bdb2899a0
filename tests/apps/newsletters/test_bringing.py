"""Readers from a file: with proof or not at all, and never against their will."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from broadsheet.cli import main
from broadsheet.newsletters.formats.readers import FileError, read
from broadsheet.newsletters.keys import address_key
from broadsheet.newsletters.models import Consent, Subscriber, Subscription, Suppression
from broadsheet.newsletters.operations import bringing, leaving
from tests.apps.newsletters.stage import ADDRESS, NOW, joined, new_list

FILE = b"""\xef\xbb\xbfEmail;Consented;Language
ada@example.org;2024-03-01T10:00:00Z;ar
bob@example.org;;
cee@example.org;yesterday;
dee@@example.org;2024-03-01;
no address;2024-03-01;
fay@example.org;2090-01-01;
ada@Example.ORG;2024-03-01;
"""


def bring(content: bytes, newsletter: int, **more: object) -> dict[str, int]:
    report = bringing.bring(lines=read(content), newsletter_id=newsletter, source="old paper", now=NOW, **more)  # type: ignore[arg-type]
    return report.counts


@pytest.mark.django_db
def test_a_line_needs_an_address_and_a_date_of_consent_and_is_told_what_became_of_it() -> None:
    quay = new_list()
    report = bringing.bring(lines=read(FILE), newsletter_id=quay, source="old paper", now=NOW)
    assert [(outcome.line, outcome.what) for outcome in report.outcomes] == [
        (2, "joined"), (3, "no date of consent"), (4, "no date that can be read"), (5, "no mail address"),
        (6, "no mail address"), (7, "consent in the future"), (8, "there already"),
    ]  # fmt: skip
    row = Subscription.objects.select_related("subscriber").get()
    assert (row.state, row.subscriber.language) == ("active", "ar")
    assert Consent.objects.values_list("act", "words", "form").get() == (
        "brought",
        "2024-03-01T10:00+0000",
        "import:old paper",
    )
    assert bring(FILE, quay)["there already"] == 2


@pytest.mark.django_db
def test_NL_23_suppression_wins_over_an_import_and_so_does_having_left() -> None:
    quay = new_list()
    for address, scope in (("ada@example.org", "bulk"), ("gone@example.org", "all")):
        Suppression.objects.create(
            address_key=address_key(address), domain="example.org", why="complaint", at=NOW, scope=scope
        )
    joined(quay)
    leaving.leave(token=bytes(Subscription.objects.get().token), by="page", now=NOW)
    lines = f"email,consented\nada@example.org,2024-01-01\nGONE@example.org,2024-01-01\n{ADDRESS},2024-01-01\n"
    assert bring(lines.encode(), quay) == {"not to be written to": 2, "left before": 1}
    assert list(Subscription.objects.values_list("state", flat=True)) == ["left"]
    assert Suppression.objects.count() == 2


@pytest.mark.django_db
def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    quay = new_list()
    told = bring(FILE, quay, dry_run=True)
    assert told["joined"] == 1
    assert not Subscriber.objects.exists()
    assert bring(FILE, quay) == told


@pytest.mark.parametrize("content", [b"name\nAda\n", b"\xff\xfe\x00", b"", b'email\n"' + b"x" * 200_000])
def test_what_is_no_such_file_is_refused_whole(content: bytes) -> None:
    with pytest.raises(FileError):
        read(content)


@pytest.mark.django_db
def test_the_command_names_the_list_and_tells_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.cli.start_django", lambda: None)
    new_list()
    file = tmp_path / "readers.csv"
    file.write_bytes(FILE)
    run = lambda *more: CliRunner().invoke(main, ["newsletters", "import", str(file), "--source", "old paper", *more])  # noqa: E731
    assert "no list" in run("--list", "nowhere").output
    done = run("--list", "quay")
    assert done.exit_code == 0, done.output
    assert "line 3: bob@example.org: no date of consent" in done.output
    assert "1 joined" in done.output
    assert run().exit_code == 2
    assert Subscription.objects.filter(confirmed_at__gt=NOW - timedelta(days=3650)).count() == 1
