"""A real Postfix in a folder of its own, which takes every mail and throws it away. The system's own is left alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
default_transport = discard
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{gone@x.org=550 5.1.1 no such mailbox}} }}, permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
alias_maps =
"""


def postfix_bin() -> str | None:
    """Where Postfix lies, if it can be run here: it wants to be started by root."""
    found = shutil.which("postfix") or ("/usr/sbin/postfix" if Path("/usr/sbin/postfix").exists() else None)
    return found if os.geteuid() == 0 else None


@contextmanager
def postfix_server(binary: str, port: int) -> Iterator[Path]:
    """The path of its log, while it runs."""
    folder = Path(tempfile.mkdtemp(prefix="bs-postfix-"))
    folder.chmod(0o755)
    for name in ("conf", "queue", "data", "log"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "conf" / "main.cf").write_text(MAIN.format(folder=folder))
    (folder / "conf" / "master.cf").write_text(MASTER.format(port=port))
    command = [binary, "-c", str(folder / "conf")]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*command, "start"], check=True, **quiet)  # type: ignore[call-overload]
    try:
        yield folder / "log" / "mail.log"
    finally:
        subprocess.run([*command, "stop"], check=False, **quiet)  # type: ignore[call-overload]
        time.sleep(0.2)
        shutil.rmtree(folder, ignore_errors=True)
