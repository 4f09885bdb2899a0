"""Members in files: what is written, what is taken in, what is refused and where."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.cli import main
from broadsheet.membership import queries
from broadsheet.membership.desk import words
from broadsheet.membership.formats.members import OWN, guarded, read, unguarded
from broadsheet.membership.models import Customer, DeskEntry, Grant, MembersFile, WebhookEvent
from broadsheet.membership.operations.bringing import Report, bring_in, look_through
from broadsheet.membership.queries.taking import members_csv
from tests.apps.membership.stage import Stage
from tests.paper import Desk

ROOT = Path(__file__).resolve().parents[4]
GHOST = ROOT.parent / "shared" / "data" / "ghost" / "members-csv"


def brought(stage: Stage, text: str | bytes) -> Report:
    content = text if isinstance(text, bytes) else text.encode()
    return bring_in(sheet=read(content), now=stage.now, by=None, by_name="test", livemode=False)


def faults(text: str | bytes) -> list[tuple[int, str, str]]:
    sheet = read(text if isinstance(text, bytes) else text.encode())
    return [(fault.line, fault.column, fault.code) for fault in look_through(sheet=sheet).faults]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def counted() -> tuple[int, ...]:
    kinds = (get_user_model(), Customer, Grant, DeskEntry, WebhookEvent)
    return tuple(kind.objects.count() for kind in kinds)


# Out


def test_members_are_written_with_plan_state_dates_and_stripes_numbers(desk: Desk, stage: Stage):
    trial, given = stage.reader("trial@example.org"), stage.reader("given@example.org")
    subscription = stage.join(trial)
    brought(stage, "email,complimentary_plan,complimentary_until\ngiven@example.org,true,2027-01-31\n")
    stage.reader("nobody@example.org")
    answer = desk.get("/admin/members/export/")
    assert answer.streaming
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("attachment")
    found = {row["email"]: row for row in rows(b"".join(answer.streaming_content).decode())}
    assert set(found) == {trial.email, given.email}
    row = found[trial.email]
    assert (row["state"], row["tier"], row["interval"], row["price"], row["currency"]) == (
        "trialing", "Member", "month", "2.90", "USD"
    )  # fmt: skip
    assert row["stripe_subscription_id"] == subscription
    assert row["stripe_customer_id"] == stage.row(subscription).customer.gateway_id
    assert row["trial_end"] == "2026-03-31"
    assert found[given.email]["complimentary_until"] == "2027-01-31"


def test_a_narrowed_list_is_written_as_it_is_seen(desk: Desk, stage: Stage):
    trial, paying = stage.reader("trial@example.org"), stage.reader("paying@example.org")
    stage.join(trial)
    stage.join(paying, "month", trial=0)
    answer = desk.get("/admin/members/export/", state="trialing")
    assert [row["email"] for row in rows(b"".join(answer.streaming_content).decode())] == [trial.email]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula_and_every_cell_comes_back(stage: Stage, name: str):
    reader = stage.reader("a@example.org")
    get_user_model().objects.filter(pk=reader.user_id).update(first_name=name)
    stage.join(reader)
    cell = rows("".join(members_csv(stage.now)))[0]["name"]
    assert cell == f"'{name.rstrip()}" or cell[0] == "'"
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(name)) == name


def test_what_was_written_is_read_again_and_changes_nothing(stage: Stage):
    stage.join(stage.reader("trial@example.org"))
    brought(stage, "email,complimentary_plan,note\ngiven@example.org,true,Hello\n")
    text = "".join(members_csv(stage.now))
    before = counted()
    report = brought(stage, text)
    assert report.faults == ()
    assert report.counts == {"unchanged": 2}
    assert counted() == before


def test_ten_thousand_members_are_written_by_few_queries(stage: Stage):
    users = get_user_model()
    made = users.objects.bulk_create(users(email=f"m{number}@example.org") for number in range(3000))
    Customer.objects.bulk_create(Customer(user=user, gateway_id=f"cus_{user.pk}", made_at=stage.now) for user in made)
    with CaptureQueriesContext(connection) as seen:
        lines = "".join(members_csv(stage.now)).splitlines()
    assert len(lines) == 3001
    assert len(seen) <= 6 * 6 + 4


# In


def test_ghosts_own_file_is_taken_in_and_a_rerun_changes_nothing(stage: Stage):
    content = (GHOST / "2022-2026" / "member-csv-export.csv").read_bytes()
    content = content.replace(b"This is a Bronze Tier", b"Member")
    report = brought(stage, content)
    assert report.faults == ()
    assert report.written
    assert report.unused == ("subscribed_to_emails", "labels")
    customer = Customer.objects.get()
    assert (customer.gateway_id, customer.user.get_full_name()) == ("cus_MdR9tqW6bAreiq", "stirpey beaver")
    assert customer.user.date_joined.isoformat() == "2022-10-18T07:31:57+00:00"
    assert not customer.user.has_usable_password()
    given = get_user_model().objects.get(email="member_complimentary_test@example.com")
    assert queries.access_of(given.pk, stage.now).full
    assert {entry.details["text"] for entry in DeskEntry.objects.all()} == {"a note", "testing notes"}
    before = counted()
    again = brought(stage, content)
    assert again.counts == {"unchanged": 2}
    assert counted() == before


EXPECTED = {
    "2019-2021/core-two-columns-with-header.csv": [], "2019-2021/core-single-column-with-header.csv": [],
    "2019-2021/valid-members-import.csv": [], "2019-2021/valid-members-labels.csv": [],
    "2019-2021/members-for-bulk-add-labels.csv": [], "2022-2026/members-headers-only.csv": [],
    "2022-2026/multiple-records-with-empty-values.csv": [], "2022-2026/members-update-named.csv": [],
    "2019-2021/members-invalid-values.csv": [(2, "complimentary_plan", "yes-or-no"), (3, "email", "email")],
    "2022-2026/members-invalid-tier.csv": [(2, "import_tier", "tier")],
    "2022-2026/valid-posts-import.csv": [(1, "email", "no-column")],
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_files_that_ghost_is_tested_with(stage: Stage, name: str, expected: list[tuple[int, str, str]]):
    content = (GHOST / name).read_bytes()
    assert faults(content) == expected
    before = counted()
    assert brought(stage, content).written == (not expected)
    if expected:
        assert counted() == before


BAD = [
    (b"email\n\xff\xfea@example.org\n", [(2, "1", "encoding")]),
    ("email\nå@example.org\n".encode("latin-1"), [(2, "1", "encoding")]),
    ("email,name\na@example.org,x\n".encode("utf-16"), [(1, "1", "encoding")]),
    ("", [(1, "email", "no-column")]),
    ("name,note\nA,B\n", [(1, "email", "no-column")]),
    ("email,email\na@example.org,b@example.org\n", [(1, "email", "column-twice")]),
    ("email,name\na@example.org\n", [(2, "", "cells")]),
    ("email,name\na@example.org,A,B\n", [(2, "", "cells")]),
    ("email\n\na@example.org\nb@example.org\nA@Example.org\n", [(5, "email", "twice")]),
    ('email,note\na@example.org,"two\nlines"\nno mail,x\n', [(4, "email", "email")]),
    ('email,note\na@example.org,"no end\n', [(2, "", "quoting")]),
    ("email,name\n,Nobody\n", [(2, "email", "empty")]),
    ("email,created_at\na@example.org,yesterday\n", [(2, "created_at", "moment")]),
    ("email,complimentary_until\na@example.org,soon\n", [(2, "complimentary_until", "day")]),
    ("email,stripe_customer_id\na@example.org,cus_1\nb@example.org,cus_1\n", [(3, "stripe_customer_id", "twice")]),
    (f"email,name\na@example.org,{'x' * 301}\n", [(2, "name", "too-long")]),
    ("email,complimentary_plan,tier\na@example.org,true,Gold\n", [(2, "tier", "tier")]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_a_fault_names_line_and_column_and_nothing_is_written(stage: Stage, content, expected):
    content = content if isinstance(content, bytes) else content.encode()
    assert faults(content) == expected
    before = counted()
    report = brought(stage, content)
    assert not report.written
    assert counted() == before
    for fault in report.faults:
        assert str(fault.line) in words.place(fault)
        assert "%(" not in words.fault(fault)


def test_one_bad_line_keeps_all_the_others_out(stage: Stage):
    lines = "".join(f"m{number}@example.org\n" for number in range(1200))
    assert faults(f"email\n{lines}broken\n") == [(1202, "email", "email")]
    before = counted()
    brought(stage, f"email\n{lines}broken\n")
    assert counted() == before


def test_a_customer_of_another_reader_is_a_fault(stage: Stage):
    ann = stage.reader("ann@example.org")
    held = stage.row(stage.join(ann)).customer.gateway_id
    assert faults(f"email,stripe_customer_id\nben@example.org,{held}\n") == [(2, "stripe_customer_id", "taken")]
    assert faults("email,stripe_customer_id\nANN@example.org,cus_other\n") == [(2, "stripe_customer_id", "another")]
    assert faults(f"email,stripe_customer_id\nANN@example.org,{held}\n") == []


def test_semicolons_tabs_and_a_mark_at_the_beginning_are_read(stage: Stage):
    for text in ("\ufeffemail;name\na@example.org;A\n", "Email\tName\r\na@example.org\tA\r\n"):
        sheet = read(text.encode())
        assert [(line.email, line.name) for line in sheet.lines] == [("a@example.org", "A")]


def test_who_was_deleted_there_is_left_out(stage: Stage):
    report = brought(stage, "email,deleted_at\na@example.org,2024-01-01\nb@example.org,\n")
    assert report.counts == {"left-out": 1, "account": 1}
    assert not get_user_model().objects.filter(email="a@example.org").exists()


def test_readers_move_without_entering_a_card_again(stage: Stage):
    """Another system sold contracts at this gateway. Their readers come by a file; nobody is asked for a card."""
    ann = stage.reader("ann@example.org")
    subscription = stage.join(ann, "month", trial=0)
    customer = stage.row(subscription).customer.gateway_id
    taken = stage.charged(customer)
    Customer.objects.all().update(user=None, gateway_id="cus_gone")  # this paper knows nothing of it
    Customer.objects.first().subscriptions.all().delete()
    get_user_model().objects.filter(pk=ann.user_id).delete()
    brought(stage, f"email,name,stripe_customer_id\nann@example.org,Ann,{customer}\n")
    ring = WebhookEvent.objects.get(by="file")
    assert (ring.customer, ring.livemode) == (customer, False)
    stage.work()
    user = get_user_model().objects.get(email="ann@example.org")
    held = queries.membership_of(user.pk, stage.now)
    assert held.access.full
    assert [(each.id, bool(each.card)) for each in held.contracts] == [(subscription, True)]
    assert stage.charged(customer) == taken


def test_ten_thousand_lines_are_brought_in_by_a_bounded_number_of_queries(stage: Stage):
    lines = "".join(
        f"m{number}@example.org,Member {number},cus_{number},{'true' if number % 3 else ''},Note {number}\n"
        for number in range(10_000)
    )
    content = f"email,name,stripe_customer_id,complimentary_plan,note\n{lines}".encode()
    with CaptureQueriesContext(connection) as seen:
        report = brought(stage, content)
    assert report.written
    assert len(report.outcomes) == 10_000
    assert Customer.objects.count() == 10_000
    assert len(seen) < 1500, len(seen)
    with CaptureQueriesContext(connection) as again:
        assert brought(stage, content).counts == {"unchanged": 10_000}
    assert len(again) < 500, len(again)


# At the desk, and as commands


def sent(text: str | bytes, name: str = "members.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(), "text/csv")


def test_the_desk_looks_through_a_file_first_and_brings_it_in_once(desk: Desk, stage: Stage):
    before = counted()
    answer = desk.post("/admin/members/import/", {"file": sent("email,note,labels\nnew@example.org,Hello,x\n")})
    assert "Nothing is written yet." in answer.text
    assert "gets an account" in answer.text
    assert "labels" in answer.text
    assert counted() == before
    where = answer.response.redirect_chain[-1][0]
    done = desk.post(where)
    assert "members.csv is brought in" in done.text
    assert DeskEntry.objects.get().by == desk.user
    assert not MembersFile.objects.exists()
    after = counted()
    assert "was brought in already" in desk.post(where).text
    assert counted() == after


def test_the_desk_shows_faults_and_no_button(desk: Desk, stage: Stage):
    answer = desk.post("/admin/members/import/", {"file": sent("email\nbroken\n")})
    assert "line 2, column email" in answer.text
    assert "“broken” is no mail address." in answer.text
    assert "Yes, bring them in" not in answer.text
    before = counted()
    refused = desk.post(answer.response.redirect_chain[-1][0])
    assert "Nothing was written." in refused.text
    assert counted() == before


def test_nobody_brings_in_anothers_file_or_without_the_right(desk: Desk, chief: Desk, stage: Stage):
    from tests.apps.membership.desk.conftest import staff

    where = desk.post("/admin/members/import/", {"file": sent("email\na@example.org\n")}).response.redirect_chain[-1][0]
    assert chief.client.post(where).status_code == 403
    other = staff("olga@example.org", "Members' desk")
    assert "Choose it again" in other.post(where).text
    assert not get_user_model().objects.filter(email="a@example.org").exists()


@pytest.fixture
def command(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("broadsheet.membership.gateways.current.gateway", lambda: stage.till)
    monkeypatch.setattr("broadsheet.cli.start_django", lambda: None)

    def run(*words: str):
        return CliRunner().invoke(main, ["members", *words])

    return run


def test_the_commands_do_the_same(command, stage: Stage, tmp_path: Path):
    file = tmp_path / "in.csv"
    file.write_text("email,stripe_customer_id\nann@example.org,cus_9\n", encoding="utf-8")
    before = counted()
    dry = command("import", str(file), "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "line 2  ann@example.org  gets an account, keeps the customer at Stripe" in dry.output
    assert counted() == before
    assert "Done: gets an account: 1" in command("import", str(file)).output
    assert "all is here already: 1" in command("import", str(file)).output
    out = tmp_path / "out.csv"
    assert command("export", str(out)).exit_code == 0
    assert [row["email"] for row in rows(out.read_text(encoding="utf-8"))] == ["ann@example.org"]
    assert out.stat().st_mode & 0o077 == 0
    assert command("export", "-").output.splitlines()[0].split(",") == list(OWN)


def test_the_command_names_file_line_and_column_and_fails(command, stage: Stage, tmp_path: Path):
    file = tmp_path / "bad.csv"
    file.write_text("email,created_at\nann@example.org,never\n", encoding="utf-8")
    before = counted()
    result = command("import", str(file))
    assert result.exit_code == 1
    assert "bad.csv: line 2, column created_at: “never” is no moment." in result.output
    assert "Nothing was written." in result.output
    assert counted() == before
    missing = command("export", str(tmp_path / "nowhere" / "x.csv"))
    assert missing.exit_code == 1
    assert "cannot be written" in missing.output
