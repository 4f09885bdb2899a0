"""What a server refuses on the spot: whose fault it is, and what follows for the reader, the domain and the staff."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadsheet.newsletters.carriers.memory import MemoryCarrier
from broadsheet.newsletters.models import Alert, Delivery, DomainPause, Mailbox, Suppression
from broadsheet.newsletters.ports import Answer, Told
from tests.apps.newsletters.sending.stage import NOW, Worker, a_list, an_issue, many, readers, ready, states

pytestmark = pytest.mark.django_db


def test_NL_22_a_domain_that_refuses_what_we_are_is_paused_and_no_row_has_failed() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(50, "big.org"))
    issue = an_issue(newsletter)
    ready()
    carrier.answers = lambda _: Told(Answer.REFUSED, 550, "5.7.26 unauthenticated")
    Worker(carrier).all()
    assert states(issue) == {"queued": 50}
    assert Suppression.objects.count() == 0
    assert DomainPause.objects.get().why == "policy"
    assert [alert.domain for alert in Alert.objects.all()] == ["big.org"]  # the staff are told, once


def test_a_mailbox_that_two_issues_were_refused_for_is_not_written_to_again() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    (gone, _here) = readers(newsletter, many(2))
    carrier.answers = lambda message: (
        Told(Answer.REFUSED, 550, "5.1.1 no such user here") if message.to == gone.address else Told(Answer.SENT, 250)
    )
    for turn, suppressed in ((0, 0), (1, 1), (2, 1)):
        issue = an_issue(newsletter, due_at=NOW + timedelta(days=turn))
        ready(NOW + timedelta(days=turn))
        Worker(carrier).all(NOW + timedelta(days=turn))
        assert Suppression.objects.count() == suppressed
        if turn < 2:
            assert states(issue) == {"failed": 1, "sent": 1}
    assert "failed" not in states(issue)
    assert Delivery.objects.filter(issue=issue, subscriber=gone, state="sent").count() == 0
    assert bytes(Suppression.objects.get().address_key) == bytes(gone.address_key)


def test_OB_07_a_mail_that_we_could_not_make_says_nothing_of_its_reader() -> None:
    newsletter, carrier = a_list(), MemoryCarrier()
    readers(newsletter, many(1))
    issue = an_issue(newsletter)
    ready()
    carrier.answers = lambda _: Told(Answer.REFUSED, text="KeyError: 'name'")
    Worker(carrier).all()
    assert states(issue) == {"failed": 1}
    assert not Mailbox.objects.exists()
    assert not Suppression.objects.exists()
