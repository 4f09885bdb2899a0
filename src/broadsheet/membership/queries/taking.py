"""Members as lines of a file, some hundreds at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice

from django.utils import timezone

from broadsheet.membership.formats.members import OWN, row
from broadsheet.membership.queries.desk import ReaderRow, members, reader_rows

AT_ONCE = 500


def members_csv(now: datetime, pks: Iterable[int] | None = None) -> Iterator[str]:
    """A file's lines: its head, then everybody who has or had a contract or a grant, or those of `pks`."""
    yield row(OWN)
    found = iter(members().iterator() if pks is None else pks)
    while chunk := list(islice(found, AT_ONCE)):
        yield "".join(row(_cells(each)) for each in reader_rows(chunk, now))


def _cells(each: ReaderRow) -> list[str]:
    """The values under the heads of OWN, in their order."""
    contract = each.contract
    bound = (
        [contract.interval, contract.price.plain, contract.price.currency, _day(contract.begun),
         _day(contract.trial_end), _day(contract.period_end), _day(contract.ends_at)]
        if contract
        else [""] * 7
    )  # fmt: skip
    return [
        each.person.email, each.person.name, contract.status if contract else ("given" if each.given else ""),
        each.tier, *bound, "true" if each.given else "false", _last_day(each.given_until), each.customer,
        contract.id if contract else "", each.person.joined.isoformat(),
    ]  # fmt: skip


def _day(moment: datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""


def _last_day(moment: datetime | None) -> str:
    """The last whole day before an end, as it is written into the form again."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    day: date = local.date()
    return (date.fromordinal(day.toordinal() - 1) if local.time() == datetime.min.time() else day).isoformat()
