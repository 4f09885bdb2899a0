"""The newsletter desk: writing, looking, trying, approving, stopping; and who may do which."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from broadsheet.newsletters.desk import words
from broadsheet.newsletters.desk.forms import IssueForm
from broadsheet.newsletters.models import Content, Delivery, Issue, Link, Newsletter, Subscriber, Subscription
from broadsheet.newsletters.operations.composing import approve
from broadsheet.newsletters.operations.freezing import freeze
from broadsheet.newsletters.operations.testing import choose_winners
from broadsheet.newsroom.models import PaperSettings
from broadsheet.newsroom.operations.opening import CHIEFS, DESK, REPORTERS
from tests.apps.newsletters.conftest import NOW, Letters, note, promo, story
from tests.paper import Answer

pytestmark = pytest.mark.django_db
ROOT = "/admin/newsletters/issues/"
State = Issue.State


def fields(subject: str = "The port at dawn", **more: Any) -> dict[str, Any]:
    body = streamfield([("note", {"text": rich_text("<p>Good morning.</p>"), "signed": ""})])
    sent = {"subject": subject, "second_subject": "", "test_share": "20", "test_minutes": "120", "winner_rule": "clicks",
            "preheader": "", "body": body, **more}  # fmt: skip
    return dict(nested_form_data(sent))


def act(desk: Any, issue: Issue, name: str, **said: str) -> Answer:
    answer: Answer = desk.post(f"{ROOT}{issue.pk}/do/{name}/", said)
    issue.refresh_from_db()
    return answer


def test_an_issue_is_begun_filled_written_approved_and_frozen(letters: Letters) -> None:
    letters.paper.story("Tonight")
    newsletter = letters.list(zone="Europe/Paris")
    desk = letters.paper.desk(CHIEFS)
    assert "The Morning Crossing" in desk.get(f"{ROOT}new/").content.decode()
    desk.post(f"{ROOT}new/", {"newsletter": newsletter.pk, "filled": "on"})
    issue = Issue.objects.get()
    assert (issue.subject, len(issue.body), issue.state) == ("Tonight", 1, State.DRAFT)
    assert desk.get(f"{ROOT}{issue.pk}/edit/").status_code == 200
    desk.post(f"{ROOT}{issue.pk}/edit/", fields())
    issue.refresh_from_db()
    assert (issue.subject, issue.body[0].block_type) == ("The port at dawn", "note")
    act(desk, issue, "approve", day="2026-12-01", time="07:00")
    assert (issue.state, issue.due_at) == (State.SCHEDULED, datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert issue.approved_by == desk.user
    page = desk.get(f"{ROOT}{issue.pk}/").content.decode()
    assert "1 Dec 2026, 07:00 (Europe/Paris)" in page
    assert "1 Dec 2026, 07:00 (Europe/Paris)" in desk.get(ROOT).content.decode()


def test_a_digest_that_had_nothing_to_say_is_listed_for_who_asks_for_such(letters: Letters) -> None:
    desk, newsletter = letters.paper.desk(CHIEFS), letters.list()
    written, empty = letters.issue(newsletter, note()), letters.issue(newsletter, note())
    Issue.objects.filter(pk=empty.pk).update(state=State.SKIPPED, subject="")

    def listed(query: str) -> set[int]:
        text = desk.get(f"{ROOT}{query}").content.decode()
        return {issue.pk for issue in (written, empty) if f'href="{ROOT}{issue.pk}/"' in text}

    assert listed("") == listed("?state=") == {written.pk}
    assert listed("?state=skipped") == {empty.pk}


def test_times_are_told_in_the_lists_zone_and_in_the_editors(letters: Letters) -> None:
    issue = letters.issue(letters.list(zone="Asia/Tokyo"), note())
    with timezone.override("America/New_York"):
        said = words.both(issue.due_at, "Asia/Tokyo")
    assert said == "26 Nov 2026, 16:00 (Asia/Tokyo), which is 26 Nov 2026, 02:00 where you are (America/New_York)"


def test_OB_09_what_is_frozen_is_no_longer_written(letters: Letters) -> None:
    desk = letters.paper.desk(CHIEFS)
    issue = letters.frozen(letters.list(), note())
    answer = desk.post(f"{ROOT}{issue.pk}/edit/", fields("Changed"))
    assert "can no longer be changed" in answer.text
    issue.refresh_from_db()
    assert issue.subject == "A quiet port"


def test_OB_09_a_form_that_comes_too_late_changes_nothing(letters: Letters) -> None:
    desk = letters.paper.desk(CHIEFS)
    issue = letters.issue(letters.list(), note())
    approve(issue_id=issue.pk, user_id=desk.user.pk, due_at=NOW)
    before = IssueForm.clean

    def meanwhile(form: Any) -> Any:
        freeze(issue_id=issue.pk, now=NOW)
        return before(form)

    with patch.object(IssueForm, "clean", meanwhile):
        answer = desk.post(f"{ROOT}{issue.pk}/edit/", fields("Changed"))
    assert "can no longer be changed" in answer.text
    issue.refresh_from_db()
    assert (issue.subject, issue.state) == ("A quiet port", State.FROZEN)


def test_what_was_approved_and_is_changed_by_who_may_not_approve_waits_again(letters: Letters) -> None:
    issue = letters.issue(letters.list(), note())
    chief, editor = letters.paper.desk(CHIEFS), letters.paper.desk(DESK)
    approve(issue_id=issue.pk, user_id=chief.user.pk, due_at=NOW)
    chief.post(f"{ROOT}{issue.pk}/edit/", fields("By the chief"))
    issue.refresh_from_db()
    assert issue.state == State.SCHEDULED
    editor.post(f"{ROOT}{issue.pk}/edit/", fields("By the desk"))
    issue.refresh_from_db()
    assert (issue.subject, issue.state, issue.approved_by) == ("By the desk", State.REVIEW, None)


def test_who_may_do_what(letters: Letters) -> None:
    issue = letters.issue(letters.list(), note())
    chief, editor, reporter = (letters.paper.desk(group) for group in (CHIEFS, DESK, REPORTERS))
    assert [desk.get(ROOT).status_code for desk in (chief, editor, reporter)] == [200, 200, 403]
    assert [desk.get(f"{ROOT}{issue.pk}/").status_code for desk in (chief, editor, reporter)] == [200, 200, 403]
    assert [desk.get(f"{ROOT}{issue.pk}/part/").status_code for desk in (chief, editor, reporter)] == [200, 200, 403]
    assert [desk.get("/admin/newsletters/lists/new/").status_code for desk in (chief, editor)] == [200, 403]
    for name in ("approve", "take-back", "pause", "resume", "cancel"):
        path = f"{ROOT}{issue.pk}/do/{name}/"
        assert [desk.client.post(path).status_code for desk in (editor, reporter)] == [403, 403], name
    assert (
        reporter.client.post(f"{ROOT}{issue.pk}/do/try/", {"to": "a@b.example", "variant": "free"}).status_code == 403
    )
    assert mail.outbox == []
    act(editor, issue, "submit")
    assert issue.state == State.REVIEW
    assert "A quiet port" in chief.get("/admin/").content.decode()
    assert "Newsletters that wait" not in editor.get("/admin/").content.decode()


def test_the_preview_shows_both_readers_both_lights_and_the_text(letters: Letters) -> None:
    told = letters.paper.story(access="metered")
    issue = letters.issue(letters.list(full_for_members=True), story(told.pk, "lead"), promo())
    desk = letters.paper.desk()
    page = desk.get(f"{ROOT}{issue.pk}/preview/", variant="member", light="night", width="phone").content.decode()
    (frame,) = re.findall(r'<iframe[^>]*src="([^"]*)"', page)
    assert 'width="375"' in page

    def part(**chosen: str) -> Any:
        return desk.get(f"{ROOT}{issue.pk}/part/", **chosen)

    member = desk.get(frame.replace("&amp;", "&")).content.decode()
    assert "hidden0x80" in member
    assert "30 days free." not in member
    assert "@media all{" in member
    free = part().content.decode()
    assert "hidden0x" not in free
    assert "30 days free." in free
    assert "@media not all{" in free
    assert "prefers-color-scheme:dark" not in free
    assert "%%" not in free
    text = part(part="text", variant="nonsense")
    assert text["Content-Type"].startswith("text/plain")
    assert "A quiet port" in text.content.decode()
    assert "sandbox" in text["Content-Security-Policy"]
    assert text["X-Frame-Options"] == "SAMEORIGIN"
    assert Content.objects.count() == Link.objects.count() == 0, "looking freezes nothing"


def test_NL_15_a_test_goes_to_one_address_and_touches_no_list(letters: Letters) -> None:
    newsletter = letters.list(
        sender_name="The Quay", sender_address="letters@quay.example", reply_to="desk@quay.example"
    )
    reader = Subscriber.objects.create(
        address="reader@mail.example", address_key=b"k", domain="mail.example", made_at=NOW
    )
    Subscription.objects.create(subscriber=reader, newsletter=newsletter, state="active", asked_at=NOW)
    issue = letters.issue(newsletter, note(), second_subject="Another word")
    desk = letters.paper.desk(DESK)
    before = Issue.objects.values().get()
    answer = act(desk, issue, "try", to="eye@quay.example", variant="free", second="on")
    assert "marked as a test" in answer.text
    (sent,) = mail.outbox
    assert (sent.to, sent.cc, sent.bcc) == (["eye@quay.example"], [], [])
    assert sent.subject == "[Test] Another word"
    assert sent.from_email == "The Quay <letters@quay.example>"
    assert sent.reply_to == ["desk@quay.example"]
    assert sent.extra_headers["X-Broadsheet-Test"] == "yes"
    assert "Good morning." in sent.body
    assert sent.alternatives[0][0].startswith("<!doctype html>")
    assert "%%" not in sent.body + sent.alternatives[0][0]
    assert Issue.objects.values().get() == before
    assert Delivery.objects.count() == Content.objects.count() == Link.objects.count() == 0
    for wrong in ("two@a.example, three@b.example", "nobody", ""):
        act(desk, issue, "try", to=wrong, variant="free")
    assert len(mail.outbox) == 1


def test_NL_10_a_subject_with_a_line_break_adds_no_header(letters: Letters) -> None:
    issue = letters.issue(letters.list(), note(), subject="Port\r\nBcc: everybody@example.org")
    act(letters.paper.desk(), issue, "try", to="eye@quay.example", variant="free")
    (sent,) = mail.outbox
    assert sent.recipients() == ["eye@quay.example"]
    assert sent.message()["Bcc"] is None


def test_a_mail_server_that_does_not_answer_is_told_of(letters: Letters) -> None:
    issue = letters.issue(letters.list(), note())
    with patch(
        "broadsheet.newsletters.trying.EmailMultiAlternatives.send",
        side_effect=SMTPServerDisconnected("gone"),
    ):
        assert "gone" in act(letters.paper.desk(), issue, "try", to="eye@quay.example", variant="free").text


def test_what_cannot_go_out_is_not_approved_and_the_page_says_why(letters: Letters) -> None:
    gone = letters.paper.story("Withdrawn")
    issue = letters.issue(letters.list(), story(gone.pk))
    gone.unpublish()
    desk = letters.paper.desk()
    page = desk.get(f"{ROOT}{issue.pk}/").content.decode()
    assert "Left out, for readers may not come to it: Withdrawn" in page
    assert "nothing in it" in act(desk, issue, "approve", day="2026-12-01", time="07:00").text
    assert issue.state == State.DRAFT
    PaperSettings.objects.update(postal_address="")
    assert (
        "postal address"
        in act(desk, letters.issue(issue.newsletter, note()), "approve", day="2026-12-01", time="07:00").text
    )
    assert "Write the day" in act(desk, issue, "approve", day="soon", time="").text


def test_a_mailing_is_stopped_goes_on_and_is_called_off(letters: Letters) -> None:
    issue, desk = letters.frozen(letters.list(), note()), letters.paper.desk()
    act(desk, issue, "pause")
    assert issue.state == State.PAUSED
    act(desk, issue, "resume")
    assert issue.state == State.FROZEN
    act(desk, issue, "cancel")
    assert issue.state == State.CANCELLED
    assert "moved on" in act(desk, issue, "pause").text
    assert desk.client.post(f"{ROOT}{issue.pk}/do/nothing/").status_code == 404
    assert desk.client.get(f"{ROOT}{issue.pk}/do/cancel/").status_code == 405


def test_the_page_tells_how_far_it_is_and_where_links_lead(letters: Letters) -> None:
    newsletter, desk = letters.list(), letters.paper.desk()
    issue = letters.frozen(newsletter, note('<p><a href="https://else.example/">Else</a></p>'))
    Link.objects.filter(issue=issue, url="https://else.example/").update(clicks=4, clicks_b=3)
    states = ["sent"] * 6 + ["queued", "failed", "dropped"]
    for number, state in enumerate(states):
        Delivery.objects.create(issue=issue, subscriber_id=number, address_key=bytes([number]), domain="a.example",
                                due_at=NOW, state=state)  # fmt: skip
    page = re.sub(r"<[^>]*>|\s+", " ", desk.get(f"{ROOT}{issue.pk}/").content.decode())
    said = " ".join(page.split())
    for needed in ("Readers 9", "Sent 6", "Waiting 1", "Refused 1", "Not sent 1", "https://else.example/ 7"):
        assert needed in said, needed
    assert "6 of 9" in desk.get(ROOT).content.decode()


def test_a_test_of_two_subjects_is_said_in_words_with_the_lists_own_numbers(letters: Letters) -> None:
    newsletter, desk = letters.list(), letters.paper.desk()
    for number in range(10):
        reader = Subscriber.objects.create(address=f"r{number}@a.example", address_key=bytes([number]), domain="a.example",
                                           made_at=NOW)  # fmt: skip
        Subscription.objects.create(subscriber=reader, newsletter=newsletter, state="active", asked_at=NOW)
    issue = letters.issue(newsletter, note(), second_subject="Another", test_share=40, winner_rule="first")
    page = desk.get(f"{ROOT}{issue.pk}/").content.decode()
    assert "2 readers get “A quiet port”, as many “Another”." in page
    assert "The other 6 readers wait 120 minutes for the winner." in page
    assert "fewer than one test of twenty" in page
    assert "10 readers are on this list now." in page


def test_a_list_is_made_and_says_what_is_missing(letters: Letters) -> None:
    desk = letters.paper.desk(CHIEFS)
    sent = {
        "name": "Far Banks", "slug": "far-banks", "line": "", "language": "en", "position": "1", "open": "on",
        "audience": "free", "composing": "latest", "most_stories": "7", "fewest_stories": "1", "rhythm": "weekly",
        "day": "", "at": "07:00", "zone": "Asia/Tokyo", "colour": "#1f3a4d", "sender_name": "", "sender_address": "",
        "reply_to": "", "masthead": "",
    }  # fmt: skip
    assert "On which day" in desk.post("/admin/newsletters/lists/new/", sent).text
    assert "needs to know when" in desk.post("/admin/newsletters/lists/new/", {**sent, "rhythm": "none"}).text
    assert "as #1f3a4d" in desk.post("/admin/newsletters/lists/new/", {**sent, "day": "0", "colour": "red"}).text
    desk.post("/admin/newsletters/lists/new/", {**sent, "day": "0"})
    made = Newsletter.objects.get()
    assert (made.name, made.day, made.zone) == ("Far Banks", 0, "Asia/Tokyo")
    assert "Far Banks" in desk.get("/admin/newsletters/lists/").content.decode()


def test_a_winner_is_chosen_when_the_time_is_over_and_stays(letters: Letters) -> None:
    issue = letters.frozen(letters.list(), note('<p><a href="https://a.example/">x</a></p>'), second_subject="Another")
    Issue.objects.filter(pk=issue.pk).update(state=State.SENDING, began_at=NOW)
    for number, arm in enumerate("aabb"):
        Delivery.objects.create(issue=issue, subscriber_id=number, address_key=bytes([number]), domain="a.example",
                                due_at=NOW, state="sent", arm=arm)  # fmt: skip
    Link.objects.filter(issue=issue, url="https://a.example/").update(clicks=1, clicks_b=2)
    assert choose_winners(NOW + timedelta(minutes=119)) == []
    Issue.objects.filter(pk=issue.pk).update(due_at=NOW + timedelta(hours=14))  # sent where day breaks first, so far
    assert choose_winners(NOW + timedelta(minutes=120)) == []
    Issue.objects.filter(pk=issue.pk).update(due_at=NOW)
    assert choose_winners(NOW + timedelta(minutes=120)) == [issue.pk]
    issue.refresh_from_db()
    assert issue.winner == "b"
    Link.objects.filter(issue=issue).update(clicks=50)
    assert choose_winners(NOW + timedelta(minutes=999)) == []
    assert "B has won" in letters.paper.desk().get(f"{ROOT}{issue.pk}/").content.decode()
