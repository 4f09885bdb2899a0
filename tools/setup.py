"""Makes .venv and finds what the system must bring. Run by the Makefile; needs nothing but Python.

    setup.py run     what `make demo` needs
    setup.py test    what `make test` needs besides: a browser, servers, checkers

Debian packages are installed where this user may install them; otherwise they are named.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LEAST = (3, 11)


@dataclass(frozen=True)
class Part:
    """Something that the system brings: what it is for, its Debian packages, and how to tell that it is there."""

    what: str
    packages: tuple[str, ...]
    found: Callable[[], bool]


def on_path(*names: str) -> Callable[[], bool]:
    """Whether one of these commands can be called; Debian keeps servers where users have no path to."""
    places = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return lambda: any(shutil.which(name, path=places) for name in names)


def has_postgresql() -> bool:
    """Whether PostgreSQL's server is there, not its client alone."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or bool(shutil.which("initdb"))


PARTS = (
    Part("Chromium, to read the paper as readers do", ("chromium",), on_path("chromium", "chromium-browser")),
    Part("PostgreSQL, for papers on many machines", ("postgresql",), has_postgresql),
    Part("pgbouncer, which stands before PostgreSQL", ("pgbouncer",), on_path("pgbouncer")),
    Part("Valkey or Redis", ("redis-server",), on_path("valkey-server", "redis-server")),
    Part("nginx, the cache in front", ("nginx-light",), on_path("nginx")),
    Part("Postfix, which takes newsletters", ("postfix",), on_path("postfix")),
    Part("OpenSSL, for the certificate of that nginx", ("openssl",), on_path("openssl")),
    Part("Java, for the HTML and EPUB checkers", ("default-jre-headless",), on_path("java")),
    Part("npm, for the HTML checker", ("npm",), on_path("npm")),
    Part("wrk, the load for `make bench`", ("wrk",), on_path("wrk")),
    Part("gettext, for the translations", ("gettext",), on_path("msgfmt")),
)
NODE = ROOT / "tools" / "node"


def main(arguments: Sequence[str]) -> int:
    """Set up for `run` or `test`; gives the exit code."""
    goal = arguments[0] if arguments else "run"
    if sys.version_info < LEAST:
        return fail(f"Broadsheet needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try PYTHON=python3.12")
    lock = ROOT / "requirements" / ("base.txt" if goal == "run" else "dev.txt")
    try:
        make_environment()
        install(lock)
        if goal == "test":
            find_parts()
            install_node()
    except SetupError as error:
        return fail(str(error))
    return 0


class SetupError(Exception):
    """Set-up cannot go on. The message says what to do."""


def make_environment() -> None:
    """The virtual environment. On Debian, Python comes without the module that makes one with pip in it."""
    if (VENV / "bin" / "pip").exists():
        return
    say("Making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        install_packages(["python3-venv"], "Python's venv module")
        shutil.rmtree(VENV, ignore_errors=True)
        call([sys.executable, "-m", "venv", str(VENV)], "The virtual environment cannot be made")


def install(lock: Path) -> None:
    """The locked libraries, checked by their hashes, and Broadsheet itself, as it stands in this folder."""
    mark, wanted = VENV / f".{lock.stem}", digest([lock, ROOT / "pyproject.toml"])
    if mark.exists() and mark.read_text() == wanted:
        return
    say(f"Installing the libraries of {lock.relative_to(ROOT)}")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call([*pip, "--require-hashes", "-r", str(lock)], "The libraries cannot be installed")
    call([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "Broadsheet itself cannot be installed")
    mark.write_text(wanted)


def find_parts() -> None:
    """Every part of the system that the tests use, installed where that is allowed."""
    absent = [part for part in PARTS if not part.found()]
    if absent:
        packages = [package for part in absent for package in part.packages]
        install_packages(packages, "; ".join(part.what for part in absent))
    still = [part for part in absent if not part.found()]
    if still:
        raise SetupError("Still missing: " + "; ".join(part.what for part in still))


def install_packages(packages: Iterable[str], why: str) -> None:
    """Install Debian packages as root, by sudo where it asks nothing; else say which to install."""
    names = list(packages)
    line = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    if not shutil.which("apt-get"):
        raise SetupError(f"Missing: {why}. Install what your system calls: {' '.join(names)}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode:
        raise SetupError(f"Missing: {why}. Install it, then call make again:\n\n    sudo {line}\n")
    say(f"Installing {' '.join(names)} ({why})")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], [*line.split(), "-qq"]):
        done = subprocess.run([*prefix, *command], env=env, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"`{' '.join(command)}` failed:\n{(done.stderr or done.stdout)[-1500:]}")


def install_node() -> None:
    """The HTML checker, from the npm registry, as package-lock.json pins it."""
    mark, wanted = NODE / "node_modules" / ".ready", digest([NODE / "package.json"])
    if mark.exists() and mark.read_text() == wanted:
        return
    say("Installing the HTML checker")
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"]
    call(command, "The HTML checker cannot be installed", cwd=NODE)
    mark.write_text(wanted)


def digest(paths: Iterable[Path]) -> str:
    """What these files hold, in short."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def call(command: Sequence[str], trouble: str, cwd: Path = ROOT) -> None:
    """Run a command that prints only when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"{trouble}:\n{(done.stderr or done.stdout)[-3000:]}")


def say(text: str) -> None:
    """A line of progress."""
    print(f"{text} …", flush=True)


def fail(text: str) -> int:
    """Say what is wrong."""
    print(f"\n{text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
