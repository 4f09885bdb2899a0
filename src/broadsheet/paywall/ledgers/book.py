"""What a batch of asks knows of the tables, and how each is settled on it. Values in memory: no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from broadsheet.paywall.minting import reader_key
from broadsheet.paywall.ports import Answer, Ask, Outcome
from broadsheet.paywall.receipts import story_tag
from broadsheet.paywall.rules import Terms

WIDE = 4  # the wider network's caps are this many times the near one's
# What is counted of a network: stories of new readers and of established ones, established readers, minted ids.
NEW, ESTABLISHED, READERS, MINTED = range(4)
_LETTERS = (b"n", b"e", b"i")  # before the mark of a story or a reader that was counted
COUNTS = b""  # in place of a mark: the row of a network's counts
MARK_SIZE = 12
NETWORK_SIZE = 12

Name = tuple[bytes, bytes]  # a network, and a mark or COUNTS


@dataclass(slots=True)
class Known:
    """What the ledger holds of a reader."""

    first_day: int
    window_start: int
    tags: list[bytes]


@dataclass(slots=True)
class Put:
    """An ask with what stands for its parts in the tables."""

    ask: Ask
    reader: bytes
    key: bytes
    salt: bytes
    near: bytes
    wide: bytes
    _story: bytes = b""

    @property
    def comes_again(self) -> bool:
        """Whether the ledger may know this reader."""
        return bool(self.ask.account or self.ask.reader)

    def names(self, book: Book) -> list[Name]:
        """What must be known of the networks."""
        if self.ask.account:
            return []
        near, kind = self.near, NEW if book.is_young(self.key) else ESTABLISHED
        names = [(near, COUNTS), (near, self.story(kind)), (self.wide, COUNTS)]
        if kind == ESTABLISHED:
            names.append((near, self.established()))
        return names

    def story(self, kind: int) -> bytes:
        """What stands for this story on this network today, read by new readers or by established ones."""
        self._story = self._story or keyed(self.salt, "s", self.ask.near, self.ask.story)[:MARK_SIZE]
        return _LETTERS[kind] + self._story

    def established(self) -> bytes:
        """What stands for this reader on this network today."""
        return _LETTERS[READERS] + keyed(self.salt, "i", self.ask.near, self.key)[:MARK_SIZE]


@dataclass(slots=True)
class Book:
    """Rows that were read, and rows to write."""

    today: int
    readers: dict[bytes, Known] = field(default_factory=dict)
    counts: dict[bytes, list[int]] = field(default_factory=dict)  # by network
    marks: set[Name] = field(default_factory=set)

    begun_anew: list[bytes] = field(default_factory=list)  # readers who got the first grant of a new window
    more: dict[bytes, list[int]] = field(default_factory=dict)  # to be added to the networks' counts
    marked: list[Name] = field(default_factory=list)
    grants: list[tuple[bytes, int, int, bytes, int, int]] = field(default_factory=list)

    def is_young(self, key: bytes) -> bool:
        """Whether the reader was first seen today, or never."""
        known = self.readers.get(key)
        return known is None or known.first_day >= self.today

    def of(self, network: bytes) -> list[int]:
        """What was counted on a network today."""
        return self.counts.setdefault(network, [0, 0, 0, 0])

    def count(self, network: bytes, kind: int) -> None:
        """One more of a kind on a network."""
        self.of(network)[kind] += 1
        self.more.setdefault(network, [0, 0, 0, 0])[kind] += 1

    def mark(self, name: Name) -> None:
        """Remember that a story or a reader was counted on a network."""
        self.marks.add(name)
        self.marked.append(name)


def put(ask: Ask, salt: bytes) -> Put:
    """The ask, ready to be settled."""
    reader = ask.account or ask.reader or ask.fresh
    if ask.account:  # a registered reader is bound by their account alone, wherever they are
        return Put(ask, reader, reader_key(reader), b"", b"", b"")
    wide = keyed(salt, "w", ask.wide)[:NETWORK_SIZE]
    near = wide + keyed(salt, "p", ask.near)[:NETWORK_SIZE]  # so that its rows lie beside the wider network's
    return Put(ask, reader, reader_key(reader), salt, near, wide)


def settle(book: Book, asked: Put) -> Outcome:
    """Answer one ask, and note what is to be written for it."""
    ask, reader, key = asked.ask, asked.reader, asked.key
    known = book.readers.get(key) or Known(ask.today, ask.today, [])
    anew = ask.today >= known.window_start + ask.terms.window
    start, tags = (ask.today, []) if anew else (known.window_start, known.tags)
    tag = story_tag(reader, ask.story)
    if tag in tags:
        return Outcome(Answer.KNOWN, reader, start, tuple(tags), len(tags))
    if len(tags) >= ask.terms.allowance:
        return Outcome(Answer.OWN_LIMIT, reader, start, tuple(tags), len(tags))
    if not ask.account:
        if not _network_allows(book, asked):
            return Outcome(Answer.NETWORK_LIMIT, reader, start, tuple(tags), len(tags))
        if key not in book.readers and not _mint(book, asked):
            return Outcome(Answer.UNMINTED)
    if anew:
        book.begun_anew.append(key)
    tags = [*tags, tag]
    book.readers[key] = Known(known.first_day, start, tags)
    book.grants.append((key, len(tags), ask.terms.allowance, tag, known.first_day, start))
    return Outcome(Answer.GRANTED, reader, start, tuple(tags), len(tags))


def _network_allows(book: Book, asked: Put) -> bool:
    """Count the story on its networks and who has a history, each once a day. False where a cap is reached.

    A story that was counted today already uses nothing more and is refused to nobody; but each established reader of it
    makes room for new ones, not its first alone.
    """
    young, near = book.is_young(asked.key), asked.near
    kind = NEW if young else ESTABLISHED
    story = near, asked.story(kind)
    if story not in book.marks:
        used = book.of(near)
        cap = network_cap(asked.ask.terms, young, used[READERS])
        if used[kind] >= cap or book.of(asked.wide)[kind] >= cap * WIDE:
            return False
        book.mark(story)
        book.count(near, kind)
        book.count(asked.wide, kind)
    if not young and (reader := (near, asked.established())) not in book.marks:
        book.mark(reader)
        book.count(near, READERS)
    return True


def network_cap(terms: Terms, young: bool, established: int) -> int:
    """Distinct stories a day: for new readers it grows with the established ones that read on that network."""
    if not young:
        return terms.network_established
    return max(terms.network_new, min(terms.network_new_most, terms.network_new + established // 2))


def _mint(book: Book, asked: Put) -> bool:
    """Count a new reader id on its network; False where the network has minted its fill today."""
    if book.of(asked.near)[MINTED] >= asked.ask.terms.network_mints:
        return False
    book.count(asked.near, MINTED)
    return True


def keyed(salt: bytes, kind: str, *parts: bytes) -> bytes:
    """What stands for a network, or a story on it, today."""
    return blake2b(b"|".join(parts), digest_size=16, key=salt, person=kind.encode()).digest()
