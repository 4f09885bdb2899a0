"""The search table asked by its database's own means: FTS5 on SQLite, tsvector on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from broadsheet.newsroom.words import Term

_ENTRIES = "broadsheet_newsroom_searchentry"
_SQLITE = f"""FROM newsroom_fulltext f JOIN {_ENTRIES} e ON e.id = f.rowid
    WHERE newsroom_fulltext MATCH %s AND e.language = %s"""
_POSTGRESQL = f"""FROM {_ENTRIES} e, to_tsquery('simple', %s) AS asked
    WHERE e.fulltext @@ asked AND e.language = %s"""
# The better the match the sooner, and of equals the newer: a year costs as much as a good part of a match.
_ORDERS = {
    "sqlite": "bm25(newsroom_fulltext, 5.0, 1.0) + (julianday('now') - julianday(e.published)) / 365.0, e.id DESC",
    "postgresql": "ts_rank(e.fulltext, asked) * 5 - extract(epoch FROM now() - e.published) / 31536000 DESC, e.id DESC",
}


def find(terms: Sequence[Term], language: str, limit: int, offset: int) -> tuple[list[int], int]:
    """The ids of the stories that hold all of `terms`, best first, and how many there are."""
    if not terms:
        return [], 0
    vendor = connection.vendor
    source, asked = (_POSTGRESQL, _tsquery(terms)) if vendor == "postgresql" else (_SQLITE, _match(terms))
    page = f"SELECT e.story_id {source} ORDER BY {_ORDERS[vendor]} LIMIT %s OFFSET %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {source}", [asked, language])
        total = cursor.fetchone()[0]
        cursor.execute(page, [asked, language, limit, offset])
        return [row[0] for row in cursor.fetchall()], total


def _match(terms: Sequence[Term]) -> str:
    """An FTS5 expression. Every word stands in quotes, so that none is taken for an operator."""
    return " AND ".join(f'"{" ".join(term.words)}"' + ("*" if term.open else "") for term in terms)


def _tsquery(terms: Sequence[Term]) -> str:
    """A tsquery. Words hold letters and digits only: `fold` left nothing else."""
    return " & ".join("(" + " <-> ".join(f"'{word}'" for word in term.words) + _end(term) + ")" for term in terms)


def _end(term: Term) -> str:
    return ":*" if term.open else ""
