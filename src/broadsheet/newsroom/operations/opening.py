"""Opening a paper: its first pages, its languages, who may do what, and the two steps of its review."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from broadsheet.newsroom.models import FrontPage, PaperSettings, Person, Place, Publication, ReviewTask, Topic

REPORTERS, DESK, CHIEFS = "Reporters", "Desk editors", "Chief editors"
_PAGES = {
    REPORTERS: ("add_page", "change_page"),
    DESK: ("add_page", "change_page", "lock_page"),
    CHIEFS: ("add_page", "change_page", "lock_page", "publish_page", "bulk_delete_page", "unlock_page"),
}


@dataclass(frozen=True, slots=True)
class Edition:
    """The paper in one language: its name and tagline there."""

    language: str
    name: str
    tagline: str = ""
    imprint: str = ""


@transaction.atomic
def open_paper(
    *, editions: list[Edition], address: str, publisher: str = "", contact: str = "", postal: str = ""
) -> Site:
    """Make a front page for each language, the first being the default, with groups and workflow. Safe to repeat.

    `postal`: where a letter reaches the publisher; one that somebody wrote into the imprint stays.
    """
    first = _front(editions[0], None)
    for edition in editions[1:]:
        _front(edition, first)
    site = _site(first, editions[0].name, address)
    imprint, _made = PaperSettings.objects.update_or_create(
        site=site, defaults={"publisher": publisher, "contact": contact}
    )
    if postal and not imprint.postal_address:
        imprint.postal_address = postal
        imprint.save(update_fields=["postal_address"])
    for name, permissions in _PAGES.items():
        _group(name, permissions)
    _chiefs_own()
    _newsletters()
    _workflow()
    return site


def _front(edition: Edition, first: FrontPage | None) -> FrontPage:
    locale, _made = Locale.objects.get_or_create(language_code=edition.language)
    found = FrontPage.objects.filter(locale=locale).first()
    if found is not None:
        return found
    root = Page.get_first_root_node()
    front = FrontPage(title=edition.name, slug=f"front-{edition.language}", locale=locale, tagline=edition.tagline)
    front.imprint = edition.imprint
    if first is not None:
        front.translation_key = first.translation_key
    root.add_child(instance=front)
    front.save_revision().publish()
    return front


def _site(front: FrontPage, name: str, address: str) -> Site:
    parts = urlsplit(address)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    old_root = site.root_page if site.pk else None
    site.hostname, site.site_name, site.root_page = parts.hostname or "localhost", name, front
    site.port = parts.port or (443 if parts.scheme == "https" else 80)
    site.save()
    if old_root is not None and old_root.pk != front.pk and old_root.specific_class is Page:
        old_root.delete()  # Wagtail's own welcome page
    return site


def _group(name: str, permissions: tuple[str, ...]) -> Group:
    group, _made = Group.objects.get_or_create(name=name)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    root = Page.get_first_root_node()
    for codename in permissions:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    _snippets(group)
    _pictures(group)
    return group


def _snippets(group: Group) -> None:
    for model in (Person, Topic, Place, Publication):
        kind = ContentType.objects.get_for_model(model)
        group.permissions.add(*Permission.objects.filter(content_type=kind, codename__regex="^(add|change|view)_"))


def _pictures(group: Group) -> None:
    """Everybody adds, changes and chooses pictures and files; desk and chiefs may throw them away."""
    verbs = ["add", "change", "choose"] + ([] if group.name == REPORTERS else ["delete"])
    root = Collection.get_first_root_node()
    # Wagtail asks for the permissions of its own models, whatever model stands in their place.
    wanted = Permission.objects.filter(
        content_type__app_label__in=["wagtailimages", "wagtaildocs"],
        codename__in=[f"{verb}_{kind}" for verb in verbs for kind in ("image", "document")],
    )
    for permission in wanted:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def _chiefs_own() -> None:
    """What chief editors may do besides: the imprint, who may read what, the meter and the wall, institutions, old
    addresses, translations, reports."""
    wanted = Permission.objects.filter(
        Q(content_type__app_label="broadsheet_newsroom", codename__in=["change_papersettings", "change_accesssettings"])
        | Q(content_type__app_label="broadsheet_paywall", codename="change_metersettings")
        | Q(content_type__app_label="broadsheet_paywall", codename__regex="^(add|change|delete|view)_institution$")
        | Q(content_type__app_label="broadsheet_paywall", codename__in=["view_gift", "change_gift"])
        | Q(content_type__app_label="broadsheet_newsletters", content_type__model="promo")
        | Q(content_type__app_label="wagtailredirects", codename__regex="^(add|change|delete|view)_redirect$")
    )
    Group.objects.get(name=CHIEFS).permissions.add(*wanted)
    translating = Permission.objects.filter(content_type__app_label="simple_translation")
    for name in _PAGES:
        Group.objects.get(name=name).permissions.add(*translating)


def _newsletters() -> None:
    """Desk editors write issues. Chief editors approve and stop them, and look after the lists."""
    ours = Permission.objects.filter(content_type__app_label="broadsheet_newsletters")
    writing = ours.filter(codename__in=["view_newsletter", "view_issue", "add_issue", "change_issue"])
    lists = ours.filter(codename__in=["add_newsletter", "change_newsletter", "delete_newsletter", "send_issue"])
    Group.objects.get(name=DESK).permissions.add(*writing)
    Group.objects.get(name=CHIEFS).permissions.add(*writing, *lists)


def _workflow() -> None:
    """Desk reads, chief approves. Replaces Wagtail's default workflow at the root, and only that one."""
    if ReviewTask.objects.exists():
        return
    workflow = Workflow.objects.create(name=_("Desk, then chief"))
    for order, (name, group) in enumerate([(_("Desk read"), DESK), (_("Chief's approval"), CHIEFS)]):
        task = ReviewTask.objects.create(name=name)
        task.groups.add(Group.objects.get(name=group))
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
    WorkflowPage.objects.update_or_create(page=Page.get_first_root_node(), defaults={"workflow": workflow})


def move_site(*, address: str) -> None:
    """Tell the default site its public address."""
    site = Site.objects.get(is_default_site=True)
    parts = urlsplit(address)
    site.hostname, site.port = parts.hostname or "localhost", parts.port or (443 if parts.scheme == "https" else 80)
    site.save()
