"""Settings read from the environment, once, failing loudly.

Three homes: secrets and addresses come from here, wiring stands in a paper's settings.py, and editorial or
commercial policy is edited by staff. A value is looked up in the environment, then in the file that `NAME_FILE`
names, then in `keys.env` of the paper's folder (made by `broadsheet` on first use, readable by its owner only).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

GENERATED = ("SECRET_KEY", "METER_KEY", "MEMBER_KEY", "NEWSLETTER_KEY")
CACHE_TABLE = "broadsheet_cache"


class SettingsError(Exception):
    """A setting is missing or unusable. The message names it and says what to do."""


def folder() -> Path:
    """The paper's folder (`BROADSHEET_FOLDER`, else ./var/paper), made when absent."""
    path = Path(os.environ.get("BROADSHEET_FOLDER") or "var/paper").absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"BROADSHEET_FOLDER: {path} cannot be made ({error.strerror})") from error
    return path


def text(name: str, default: str | None = None) -> str:
    """The setting `name`; without `default` its absence is an error."""
    if name in os.environ:
        return os.environ[name]
    if f"{name}_FILE" in os.environ:
        path = Path(os.environ[f"{name}_FILE"])
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE: {path} cannot be read ({error.strerror})") from error
    if default is None:
        raise SettingsError(f"{name} is not set. Set it in the environment, or {name}_FILE to a file with it.")
    return default


def flag(name: str, default: bool = False) -> bool:
    """A yes-or-no setting: 1, true, yes, on or 0, false, no, off."""
    value = text(name, "on" if default else "off").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise SettingsError(f"{name} is {value!r}: write on or off.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise SettingsError(f"{name} is {value!r}: write a whole number.") from error


def words(name: str, default: str = "") -> list[str]:
    """A list, separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()


def prefixed(prefix: str) -> dict[str, str]:
    """The settings of the environment whose names begin so, without the prefix: a library's, by its own names."""
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): text(name) for name in sorted(names)}


def secret(name: str) -> str:
    """A secret of at least 32 characters. Those in GENERATED are made on first use in the paper's folder."""
    kept = _kept_keys()
    value = text(name, kept.get(name, ""))
    if not value and name in GENERATED:
        value = _keep_key(name)
    if len(value) < 32:
        raise SettingsError(f"{name} is {'missing' if not value else 'too short'}: give at least 32 characters.")
    return value


def database(default_file: Path) -> dict[str, object]:
    """Django's DATABASES entry from DATABASE_URL (`postgresql://user:password@host:port/name`), else SQLite."""
    url = text("DATABASE_URL", "")
    if not url:
        options = {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
        }
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default_file), "OPTIONS": options}
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise SettingsError(
            "DATABASE_URL: write postgresql://user:password@host:port/name, or leave it out for SQLite."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": flag("DATABASE_POOLED"),  # a cursor outlives its transaction, and so its session
    }


def cache() -> dict[str, object]:
    """Django's CACHES entry from CACHE_URL: `memory:` for one process alone, `database:`, or `valkey://…`."""
    url = text("CACHE_URL", "memory:")
    scheme = url.partition(":")[0]
    if url == "memory:":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if url == "database:":
        return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CACHE_TABLE}
    if scheme in {"valkey", "valkeys", "redis", "rediss"} and urlsplit(url).hostname:
        return {"BACKEND": "broadsheet.web.caches.ValkeyCache", "LOCATION": url, "KEY_PREFIX": "broadsheet"}
    raise SettingsError("CACHE_URL: write memory:, database:, or valkey://user:password@host:port/number.")


def social_providers(names: list[str]) -> dict[str, dict[str, object]]:
    """allauth's SOCIALACCOUNT_PROVIDERS: for each provider NAME_CLIENT_ID and NAME_CLIENT_SECRET, where they must be.

    `openid_connect` is any provider that speaks it: OPENID_CONNECT_SERVER is its address, OPENID_CONNECT_NAME what
    readers call it.
    """
    found: dict[str, dict[str, object]] = {}
    for name in names:
        prefix = name.upper()
        app: dict[str, object] = {"client_id": text(f"{prefix}_CLIENT_ID"), "secret": text(f"{prefix}_CLIENT_SECRET")}
        if name == "openid_connect":
            server = text("OPENID_CONNECT_SERVER")
            app |= {"provider_id": "openid", "name": text("OPENID_CONNECT_NAME", "OpenID")}
            app["settings"] = {"server_url": server}
        found[name] = {"APPS": [app]}
    return found


def _keys_file() -> Path:
    return folder() / "keys.env"


def _kept_keys() -> dict[str, str]:
    try:
        lines = _keys_file().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{_keys_file()} cannot be read ({error.strerror})") from error
    return dict(line.split("=", 1) for line in reversed(lines) if "=" in line and not line.startswith("#"))


def _keep_key(name: str) -> str:
    """Add a fresh key to keys.env; two processes that race end with the same one, the first written."""
    handle = os.open(_keys_file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(f"{name}={secrets.token_urlsafe(48)}\n")
    first = [line for line in _keys_file().read_text(encoding="utf-8").splitlines() if line.startswith(f"{name}=")]
    return first[0].split("=", 1)[1]
