"""Running a paper: the server with its workers, and the clock's work beside it."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from django.conf import settings

from broadsheet import clock
from broadsheet.membership import tasks as membership
from broadsheet.newsletters import tasks as newsletters
from broadsheet.newsroom.operations.publishing import publish_due
from broadsheet.newsroom.operations.reading import forget_views
from broadsheet.paywall.ledgers.opening import open_ledger
from broadsheet.paywall.operations import forget_gifts, forget_lost_passes, forget_receipts
from broadsheet.paywall.ports import LedgerError
from broadsheet.prerender.operations import archive_moved_on, publish_lost_passes
from broadsheet.web.refreshing import Refreshing
from broadsheet.web.sandbox import postman

log = logging.getLogger("broadsheet.work")
YEAR = 365 * 86_400


def run_server(*, target: str, host: str, port: int, workers: int, log_level: str = "info") -> None:
    """Serve `target` (module:application) until ended. Static files and renditions come from granian itself."""
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    folders = {
        settings.STATIC_URL.rstrip("/"): settings.STATIC_ROOT,
        settings.MEDIA_URL.rstrip("/"): settings.MEDIA_ROOT,
    }
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        loop=Loops.uvloop,
        log_level=LogLevels(log_level),
        respawn_failed_workers=True,
        static_path_route=list(folders),
        static_path_mount=[Path(folder) for folder in folders.values()],
        static_path_expires=YEAR,
    ).serve()


def run_work(*, once: bool = False, seconds: float = 20, sending: bool = True) -> None:
    """Do what the clock asks for, again and again: publish what is due, forget what the meter need not know. Unless
    told otherwise, newsletters are sent here too, in a thread of their own."""
    swept, refreshing, post = None, Refreshing(), postman()
    if post is not None and not once:
        post.start()
    if sending and not once:
        newsletters.Sending().start()
    while True:
        due = publish_due(now=clock.now())
        for title in due.published:
            log.info("Published on time: %s", title)
        archive_moved_on(clock.now().timestamp())
        if post is not None and once:
            post.round()
        publish_lost_passes()
        membership.work(clock.now())
        newsletters.work(clock.now())
        if swept != clock.today():
            swept = _sweep()
        refreshing.step(wait=once)
        if once and sending:
            newsletters.send_due()
        if once:
            return
        time.sleep(seconds)


def _sweep() -> int | None:
    try:
        ledger = open_ledger(settings.LEDGER_URL)
        log.info("The meter forgot %s rows.", ledger.sweep(clock.today()))
        log.info("Gifts forgotten: %s.", forget_gifts(now=clock.now()))
        forget_receipts(now=clock.now())
        forget_views(today=clock.now().date())
        forget_lost_passes(now=clock.now())
        ledger.close()
    except LedgerError as error:
        log.warning("The meter could not be swept, trying again soon: %s", error)
        return None
    return clock.today()
