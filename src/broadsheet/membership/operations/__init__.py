"""Writes: keyword-only, atomic. None of them sends a mail; what must surely follow is a row that a loop drains.

Those that take a `gateway` speak to it and may raise GatewayError; trying again is safe.
"""

from broadsheet.membership.operations.changing import give_back, pause, preview_switch, resume, switch
from broadsheet.membership.operations.declaring import answer_for, carry_out_held, declare_by_form
from broadsheet.membership.operations.ending import ChangeError, Declared, Form, cancel, withdraw
from broadsheet.membership.operations.gifts import GiftError, Wish, buy_gift, redeem_gift, refund_gift, settle_gift
from broadsheet.membership.operations.granting import end_grant, grant
from broadsheet.membership.operations.inbox import drain, receive, replay
from broadsheet.membership.operations.joining import (
    Addresses,
    ConsentGiven,
    JoinError,
    Reader,
    portal,
    returned_from_checkout,
    start_checkout,
)
from broadsheet.membership.operations.leaving import change_email, end, erase
from broadsheet.membership.operations.offers import announce_price, set_offer, set_price
from broadsheet.membership.operations.pushing import push_pending, try_again
from broadsheet.membership.operations.reconciling import list_events, refresh_if_old, sweep
from broadsheet.membership.operations.seats import SeatError, accept, invite, make_group, revoke_seat
from broadsheet.membership.operations.syncing import Synced, sync_customer

__all__ = [
    "Addresses", "ChangeError", "ConsentGiven", "Declared", "Form", "GiftError", "JoinError", "Reader", "SeatError",
    "Synced", "Wish", "accept", "announce_price", "answer_for", "buy_gift", "cancel", "carry_out_held",
    "change_email", "declare_by_form", "drain", "end", "end_grant", "erase", "give_back", "grant", "invite",
    "list_events", "make_group", "pause", "portal", "preview_switch", "push_pending", "receive", "redeem_gift",
    "refresh_if_old", "refund_gift", "replay", "resume", "returned_from_checkout", "revoke_seat", "set_offer",
    "set_price", "settle_gift", "start_checkout", "sweep", "switch", "sync_customer", "try_again", "withdraw",
]  # fmt: skip
