"""The gates taken away, one by one: a sweep that then finds nothing has been looking at nothing. In its process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest import mock

from tests.leaks import maker, sweep
from tests.leaks.cases import Cases
from tests.leaks.process import paper
from tests.leaks.requests import Request


@dataclass(frozen=True)
class Mutant:
    """A gate taken away: how, and on which surfaces the sweep has to notice."""

    name: str
    surfaces: tuple[str, ...]
    patches: tuple[tuple[str, Any], ...] = ()  # dotted name, and what stands there instead (of the original)
    stored: bool = False  # what was rendered and stored before has to be made anew
    prepare: Callable[[], Callable[[], None]] | None = None  # does something; gives how to undo it


def _decided(**changed: Any) -> tuple[str, Any]:
    """`decide`, with some facts of the visit put another way."""
    return "broadsheet.edge.gate.decide", lambda old: lambda visit, *rest: old(visit._replace(**changed), *rest)


def _always(value: Any) -> Any:
    return lambda old: lambda *arguments, **named: value


def _to(value: Any) -> Any:
    return lambda old: value


def _opened(old: Any) -> Any:
    from broadsheet.paywall.rules import READ_BEFORE

    return lambda page, decision: old(page, READ_BEFORE)


def _whole_text(pk: int) -> str:
    from broadsheet.newsroom import cards
    from broadsheet.newsroom.models import StoryPage
    from broadsheet.paywall.rules import READ_BEFORE

    return str(cards.gated_body(StoryPage.objects.get(pk=pk), READ_BEFORE))


def _with_text(name: str) -> Any:
    """A function of a feed's item whose value gains the whole text under a name."""
    return lambda old: lambda item, address: {**old(item, address), name: _whole_text(item.card.id)}


def _structured(old: Any) -> Any:
    return lambda story, *rest: {**old(story, *rest), "articleBody": _whole_text(story.card.id)}


def _deks(old: Any) -> Any:
    from dataclasses import replace

    return lambda page, *known: replace(old(page, *known), dek=_whole_text(page.pk))


def _leads(old: Any) -> Any:
    from broadsheet.newsroom.rules import Lead

    return lambda opening, total, most: Lead(len(opening))


def _indexed(old: Any) -> Any:
    def index(page: Any) -> None:
        from broadsheet.newsroom.models import SearchEntry
        from broadsheet.newsroom.words import fold

        old(page)
        SearchEntry.objects.filter(story_id=page.pk).update(text=fold(str(page.body.get_prep_value())))

    return index


def _picked(old: Any) -> Any:
    from broadsheet.newsroom import cards, fronts

    def chosen(values: Any, shown: set[int]) -> Iterator[Any]:
        for value in values:
            if value["story"] is not None:
                row = value["story"].specific
                yield fronts.Pick(cards.story_card(row), row.title, row.dek)

    return chosen


def _unsealed(old: Any) -> Any:
    from broadsheet.paywall.receipts import _decode

    return lambda ring, purpose, value, most: _decode(value.partition(b".")[0])[2:]


def _any_gift(old: Any) -> Any:
    return lambda jar, story, now, revoked: next(iter(jar.held), None)


def _unremembered(old: Any) -> Any:
    """Every Cookie header is read anew: what was found before the gate went is not what is found without it."""
    return lambda self, cookie: self._read(cookie)


class _Anybodys(dict[bytes, Any]):
    """Answers of which each is anybody's."""

    def get(self, cookie: bytes, default: Any = None) -> Any:
        """The first, whatever the Cookie header."""
        return next(iter(self.values()), default)


def _whoever_asks(old: Any) -> Any:
    """An answer is kept for whoever asks for the page, and not for the Cookie header that it was given to."""

    def remember(self: Any, page: Any, headers: Any, known: Any) -> None:
        old(self, page, headers, known)
        page.known = _Anybodys(page.known)

    return remember


def _read_by_a_member() -> Callable[[], None]:
    """Members read every gated story first."""
    from tests.leaks.people import member

    there = paper()
    for path in there.made.paths.values():
        there.ask(Request(path, headers=(("cookie", member()),), client=there.stranger()))
    return lambda: None


def _taken_down_in_vain() -> Callable[[], None]:
    """A story is published, read and unpublished while nobody takes its page away."""
    from broadsheet.newsroom.models import StoryPage

    there, pk = paper(), paper().made.pages["unpublished"]
    StoryPage.objects.get(pk=pk).get_latest_revision().publish()
    there.ask(Request(there.made.paths["unpublished"], client=there.stranger()))
    StoryPage.objects.get(pk=pk).unpublish()
    return lambda: None


def _everybody_is_chief() -> Callable[[], None]:
    from broadsheet.accounts.models import User

    rows = User.objects.filter(email=maker.OUTSIDER)
    rows.update(is_superuser=True)
    return lambda: rows.update(is_superuser=False) and None


EDGE, CARDS = "broadsheet.edge.gate", "broadsheet.newsroom.cards"
CRAWLERS = "broadsheet.paywall.crawlers"
READABLE = "broadsheet.newsroom.models.stories.StoryQuerySet.readable"
VISITORS = "broadsheet.edge.visitors.Visitor"
LISTS = ("front", "section", "gathered", "feed", "sitemap")


def all_mutants() -> tuple[Mutant, ...]:
    """Every gate that the sweep is to miss."""
    from broadsheet.paywall.crawlers import Standing
    from broadsheet.paywall.institutions import Found
    from broadsheet.paywall.rules import MEMBER, READ_BEFORE

    return (
        Mutant("decide opens everything", ("story", "spelling"), ((f"{EDGE}.decide", _always(MEMBER)),)),
        Mutant(
            "previews are rendered with the body",
            ("story", "spelling"),
            tuple(
                (f"broadsheet.prerender.operations.{name}", _to(READ_BEFORE))
                for name in ("NOT_A_VISIT", "MEMBERS_ONLY")
            ),
            stored=True,
        ),
        Mutant("a card holds the body whatever was decided", ("story",), ((f"{CARDS}.story", _opened),), stored=True),
        Mutant(
            "the lead is all there is",
            ("story", "feed", "search"),
            (("broadsheet.newsroom.rules.lead_of", _leads),),
            stored=True,
        ),
        Mutant(
            "structured data holds the text",
            ("story",),
            (("broadsheet.web.structured.article", _structured),),
            stored=True,
        ),
        Mutant("deks are made from the text", ("story", *LISTS[1:4]), ((f"{CARDS}.story_card", _deks),), stored=True),
        Mutant(
            "everybody reads in a library",
            ("story",),
            (
                ("broadsheet.paywall.institutions.Institutions.find", _always(Found("The Library", 0.0, 1))),
                ("broadsheet.paywall.institutions.Institutions.__bool__", _always(True)),
            ),
        ),
        Mutant("a pass never ends", ("story",), ((f"{EDGE}.passes.holds", _always(True)),)),
        Mutant(
            "every seal is good",
            ("story",),
            (("broadsheet.paywall.receipts.KeyRing.unseal", _unsealed), (f"{VISITORS}s.of", _unremembered)),
        ),
        Mutant(
            "an answer is remembered for everybody",
            ("story",),
            (("broadsheet.edge.hot.HotPages.remember", _whoever_asks),),
            prepare=_read_by_a_member,
        ),
        Mutant("a receipt lists every story", ("story",), ((f"{VISITORS}.lists", _always(True)),)),
        Mutant("a receipt is good for ever", ("story",), ((f"{EDGE}.open_window", _always(True)),)),
        Mutant("a gift opens every story", ("story",), (("broadsheet.paywall.gifts.Jar.of", _any_gift),)),
        Mutant("links never end", ("gift",), (("broadsheet.paywall.gifts.fault_of", _always(None)),)),
        Mutant("every request is a visit", ("story",), (_decided(navigates=True),)),
        Mutant("a prefetch is a visit", ("story",), (_decided(prefetches=False),)),
        Mutant("robots are readers", ("story",), ((f"{EDGE}.is_robot", _always(False)),)),
        Mutant("a claim is a search engine", ("story",), ((f"{CRAWLERS}.Lists.standing", _always(Standing.LISTED)),)),
        Mutant("nobody has used anything", ("story",), (_decided(used=0),)),
        Mutant("nothing was read before", ("story",), ((f"{VISITORS}.lists", _always(False)),)),
        Mutant(
            "what is taken down stays",
            ("story",),
            (("broadsheet.prerender.tasks.page_hidden", _always(None)),),
            prepare=_taken_down_in_vain,
        ),
        Mutant("drafts are readable", LISTS, ((READABLE, _to(lambda rows: rows.all())),), stored=True),
        Mutant(
            "restricted stories are readable", LISTS[1:4], ((READABLE, _to(lambda rows: rows.live())),), stored=True
        ),
        Mutant("the front takes any pick", ("front",), (("broadsheet.newsroom.fronts._chosen", _picked),), stored=True),
        Mutant(
            "JSON feeds hold the text",
            ("feed",),
            (("broadsheet.web.feeds._json_item", _with_text("content_html")),),
            stored=True,
        ),
        Mutant(
            "Atom feeds hold the text",
            ("feed",),
            (("broadsheet.web.feeds._entry", _with_text("description")),),
            stored=True,
        ),
        Mutant(
            "the index holds the text",
            ("search",),
            (("broadsheet.newsroom.operations.indexing.index", _indexed),),
            stored=True,
        ),
        Mutant(
            "the members' issue is everybody's",
            ("newsletters",),
            (("broadsheet.web.newsletters.issues._decide", _always(MEMBER)),),
        ),
        Mutant("any file can be had", ("file",), (("broadsheet.newsroom.queries.is_published", _always(True)),)),
        Mutant("the desk's doors stand open", ("desk",), prepare=_everybody_is_chief),
    )


QUICK = (
    "decide opens everything",
    "the lead is all there is",
    "what is taken down stays",
    "drafts are readable",
    "any file can be had",
    "the desk's doors stand open",
    "every seal is good",
    "an answer is remembered for everybody",
)


def quick() -> dict[str, list[str]]:
    """A few of them: by mutant, the surfaces on which the sweep noticed nothing."""
    return {mutant.name: missed(mutant) for mutant in all_mutants() if mutant.name in QUICK}


def whole() -> dict[str, list[str]]:
    """All of them."""
    return {mutant.name: missed(mutant) for mutant in all_mutants()}


def missed(mutant: Mutant) -> list[str]:
    """The surfaces on which a sweep of the short sweep's cases notices nothing."""
    there = paper()
    with _mutated(mutant):
        cases = [case for case in Cases(there).everything() if case.first]
        return [
            surface
            for surface in mutant.surfaces
            if not sweep.run([case for case in cases if case.surface == surface], until=surface).leaked[surface]
        ]


@contextmanager
def _mutated(mutant: Mutant) -> Iterator[None]:
    there = paper()
    with ExitStack() as patches:
        for name, change in mutant.patches:
            patches.enter_context(_patched(name, change))
        if mutant.stored:
            maker.refresh(there.made)
        there.settle()
        there.forget()
        undo = mutant.prepare() if mutant.prepare else None
        there.settle()
        yield
    if undo:
        undo()
    maker.refresh(there.made)
    there.settle()
    there.forget()


def _patched(name: str, change: Any) -> Any:
    """A patch of a dotted name; `change` makes the new object from the old."""
    parts, target = name.split("."), None
    for size in range(len(parts) - 1, 0, -1):
        try:
            target = import_module(".".join(parts[:size]))
        except ModuleNotFoundError:
            continue
        break
    owner: Any = target
    for part in parts[size:-1]:
        owner = getattr(owner, part)
    return mock.patch.object(owner, parts[-1], change(getattr(owner, parts[-1])))
