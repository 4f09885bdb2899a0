"""What the gate draws by chance."""

from __future__ import annotations

from broadsheet.edge.gate import Chance
from broadsheet.paywall.receipts import ID_SIZE


def test_no_id_is_given_twice_whoever_draws_it() -> None:
    one, other = Chance(), Chance()
    ids = [chance.take() for _ in range(3 * Chance.MANY) for chance in (one, other)]
    assert len(set(ids)) == len(ids)
    assert {len(each) for each in ids} == {ID_SIZE}
