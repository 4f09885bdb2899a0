"""The only module that listens to signals: Wagtail speaks to us in no other way."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from broadsheet.newsroom.traces import PAPER
from broadsheet.prerender import operations, tasks

_SMALL = {"Person": "person", "Topic": "topic", "Place": "place", "Picture": "picture"}


def connect() -> None:
    """Listen. Called once, when the app is ready."""
    page_published.connect(_published, dispatch_uid="broadsheet.published")
    page_unpublished.connect(_unpublished, dispatch_uid="broadsheet.unpublished")
    page_slug_changed.connect(_moved, dispatch_uid="broadsheet.slug")
    post_page_move.connect(_moved, dispatch_uid="broadsheet.move")
    for name, key in _SMALL.items():
        model = apps.get_model("broadsheet_newsroom", name)
        for signal in (post_save, post_delete):
            signal.connect(_small(key), sender=model, weak=False, dispatch_uid=f"broadsheet.{key}.{id(signal)}")
    for label in ("broadsheet_newsroom.PaperSettings", "broadsheet_paywall.MeterSettings"):
        post_save.connect(_policy, sender=apps.get_model(label), dispatch_uid=f"broadsheet.{label}")
    for label in ("Tier", "Plan", "Price"):  # the wall and the foot of every page say what a membership costs
        for signal in (post_save, post_delete):
            sender = apps.get_model("broadsheet_membership", label)
            signal.connect(_policy, sender=sender, dispatch_uid=f"broadsheet.offer.{label}.{id(signal)}")
    for label in ("Newsletter", "Promo"):  # stories offer them, the foot and the fronts name them
        for signal in (post_save, post_delete):
            sender = apps.get_model("broadsheet_newsletters", label)
            signal.connect(_all, sender=sender, dispatch_uid=f"broadsheet.letters.{label}.{id(signal)}")
    access = apps.get_model("broadsheet_newsroom.AccessSettings")
    institution = apps.get_model("broadsheet_paywall.Institution")
    for sender, task in ((access, tasks.access_changed), (institution, tasks.institutions_changed)):
        for signal in (post_save, post_delete):
            name = f"broadsheet.{sender.__name__}.{id(signal)}"
            signal.connect(_after(task), sender=sender, weak=False, dispatch_uid=name)
    post_save.connect(_gift, sender=apps.get_model("broadsheet_paywall.Gift"), dispatch_uid="broadsheet.gift")
    post_save.connect(_lost, sender=apps.get_model("broadsheet_paywall.LostPass"), dispatch_uid="broadsheet.lost")
    # A rule for a topic that is gone matches nothing any more, so its stories may have another gate.
    topic = apps.get_model("broadsheet_newsroom.Topic")
    post_delete.connect(_after(tasks.access_changed), sender=topic, weak=False, dispatch_uid="broadsheet.topic.rule")


def _gift(**kwargs: Any) -> None:
    # At once: what is taken back opens nothing a moment later, whether or not a worker for tasks runs.
    transaction.on_commit(operations.publish_gifts)


def _lost(**kwargs: Any) -> None:
    # At once, too. Whoever logs out has logged out even where the shelf cannot be written: the clock tells it again.
    transaction.on_commit(operations.publish_lost_passes, robust=True)


def _published(instance: Any, **kwargs: Any) -> None:
    transaction.on_commit(lambda: tasks.page_changed.enqueue(instance.pk))


def _unpublished(instance: Any, **kwargs: Any) -> None:
    # At once, and by what we hold: a deleted page cannot be fetched again.
    tasks.page_hidden(instance.specific_deferred if not hasattr(instance, "access") else instance)


def _moved(instance: Any, **kwargs: Any) -> None:
    transaction.on_commit(lambda: tasks.page_moved.enqueue(instance.pk))


def _small(key: str) -> Any:
    def changed(instance: Any, **kwargs: Any) -> None:
        keys = [f"{key}:{instance.pk}", f"list:{key}:{instance.pk}"]
        transaction.on_commit(lambda: tasks.keys_changed.enqueue(keys))

    return changed


def _after(task: Any) -> Any:
    """A receiver that has `task` done once what was saved is sure, its rules included."""

    def changed(**kwargs: Any) -> None:
        transaction.on_commit(task.enqueue)

    return changed


def _policy(**kwargs: Any) -> None:
    transaction.on_commit(tasks.policy_changed.enqueue)


def _all(**kwargs: Any) -> None:
    transaction.on_commit(lambda: tasks.keys_changed.enqueue([PAPER]))
