"""One to three lines each; they take ids and may run twice."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django_tasks import task
from wagtail.models import Page

from broadsheet.newsroom.operations import indexing
from broadsheet.newsroom.traces import PAPER, trace
from broadsheet.prerender import operations
from broadsheet.prerender.rules import Change


@task()
def page_changed(pk: int) -> None:
    """A page was published."""
    page = Page.objects.filter(pk=pk).first()
    if page is not None:
        indexing.index(page.specific)
        operations.page_changed(page.specific)


@task()
def page_moved(pk: int) -> None:
    """A page, and with it all below, has another address."""
    for page in Page.objects.get(pk=pk).get_descendants(inclusive=True).specific():
        operations.page_changed(page, moved=True)


@task()
def keys_changed(keys: list[str]) -> None:
    """Something small changed."""
    operations.keys_changed(set(keys))


@task()
def policy_changed() -> None:
    """Staff changed the terms, the wall or the imprint."""
    operations.publish_policy()
    operations.keys_changed({PAPER})


@task()
def access_changed() -> None:
    """Staff changed who may read what."""
    operations.access_changed()


@task()
def institutions_changed() -> None:
    """Staff changed who reads by their network: the edge is told, and no page is another."""
    operations.publish_policy()


def page_hidden(page: Any) -> None:
    """A page was unpublished or deleted: taken away when that is certain, and not a moment later."""
    indexing.forget(page.pk)
    marks = trace(page.specific)
    transaction.on_commit(lambda: operations.apply_change(Change(marks.own, marks.lists, hidden=True)))
