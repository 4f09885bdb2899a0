"""What an operator wires: the cache that limits count in, and other sites that say who somebody is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import override_settings

from broadsheet import conf
from tests.shared import ROOT


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("", "django.core.cache.backends.locmem.LocMemCache"),
        ("memory:", "django.core.cache.backends.locmem.LocMemCache"),
        ("database:", "django.core.cache.backends.db.DatabaseCache"),
        ("valkey://cache.example:6379/3", "broadsheet.web.caches.ValkeyCache"),
        ("rediss://user:pass@cache.example/3", "broadsheet.web.caches.ValkeyCache"),
    ],
)
def test_an_address_names_the_cache(monkeypatch, url: str, backend: str) -> None:
    if url:
        monkeypatch.setenv("CACHE_URL", url)
    else:
        monkeypatch.delenv("CACHE_URL", raising=False)
    assert conf.cache()["BACKEND"] == backend


@pytest.mark.parametrize("url", ["memcached://x", "valkey:", "database", "redis:///3", "locmem"])
def test_another_address_is_refused_with_what_to_write(monkeypatch, url: str) -> None:
    monkeypatch.setenv("CACHE_URL", url)
    with pytest.raises(conf.SettingsError, match="CACHE_URL: write memory:"):
        conf.cache()


def _counts_in(alias: str) -> None:
    cache = caches[alias]
    cache.clear()
    assert cache.add("one", [1.5], 60)
    assert not cache.add("one", [2.5], 60)
    cache.set("two", "مرحبا", 60)
    assert cache.get_many(["one", "two", "three"]) == {"one": [1.5], "two": "مرحبا"}
    assert cache.incr("number", 1) if cache.add("number", 1) else False
    assert cache.get("number") == 2
    cache.delete("one")
    assert cache.get("one") is None
    cache.clear()


@pytest.mark.valkey
def test_limits_can_be_counted_in_valkey(fresh_valkey: str) -> None:
    with override_settings(
        CACHES={"default": {"BACKEND": "broadsheet.web.caches.ValkeyCache", "LOCATION": fresh_valkey}}
    ):
        _counts_in("default")


@pytest.mark.django_db
def test_limits_can_be_counted_in_the_database() -> None:
    entry = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": conf.CACHE_TABLE}
    with override_settings(CACHES={"default": entry}):
        call_command("createcachetable", verbosity=0)
        call_command("createcachetable", verbosity=0)
        _counts_in("default")


SCRIPT = """
import django, json; django.setup()
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.test import Client
from broadsheet.web import opening
opening.prepare()
cache.set("prepared", 1)
if not opening.languages():
    opening.open_new(name="The Quay", language="en", email="q@example.org")
page = Client(HTTP_HOST="127.0.0.1").get("/account/login/")
out = {"page": page.content.decode(), "status": page.status_code, "policy": page.headers["Content-Security-Policy"]}
answers = {}
for path in ("/account/google/login/", "/account/google/login/callback/", "/account/openid/openid/login/", "/account/social/"):
    answers[path] = Client(HTTP_HOST="127.0.0.1").get(path).status_code
sent = Client(HTTP_HOST="127.0.0.1").post("/account/google/login/")
out |= {"answers": answers, "sent": [sent.status_code, sent.headers.get("Location", "")]}
print(json.dumps(out))
"""


def _paper_with(tmp_path: Path, **more: str) -> dict[str, object]:
    environment = {**os.environ, "BROADSHEET_FOLDER": str(tmp_path), **more}
    environment["DJANGO_SETTINGS_MODULE"] = "broadsheet.starter.paper.settings"
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("providers", ["", "google openid_connect"])
def test_other_sites_are_offered_only_where_the_paper_names_them(tmp_path: Path, providers: str) -> None:
    more = {
        "SOCIAL_LOGIN": providers, "CACHE_URL": "database:",
        "GOOGLE_CLIENT_ID": "our-number", "GOOGLE_CLIENT_SECRET": "our-secret",
        "OPENID_CONNECT_CLIENT_ID": "n", "OPENID_CONNECT_CLIENT_SECRET": "s",
        "OPENID_CONNECT_SERVER": "https://id.example", "OPENID_CONNECT_NAME": "The Guild",
    }  # fmt: skip
    found = _paper_with(tmp_path, **more)
    page = str(found["page"])
    assert found["status"] == 200
    assert "http" not in page.replace("https://paper.example", "").replace("http://127.0.0.1", "").replace(
        "http-equiv", ""
    )
    if not providers:
        assert set(found["answers"].values()) == {404}  # type: ignore[attr-defined]
        assert "Log in with Google" not in page
        assert "form-action 'self';" in str(found["policy"])
        return
    assert "Log in with Google" in page
    assert "Log in with The Guild" in page
    assert "form-action 'self' https:;" in str(found["policy"])
    status, target = found["sent"]  # type: ignore[misc]
    assert status == 302
    assert target.startswith("https://accounts.google.com/")
    assert "client_id=our-number" in target
    assert "our-secret" not in target


def test_a_provider_without_its_number_stops_the_command(tmp_path: Path) -> None:
    environment = {**os.environ, "BROADSHEET_FOLDER": str(tmp_path), "SOCIAL_LOGIN": "google"}
    command = [sys.executable, "-m", "broadsheet", "manage", "check"]
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "GOOGLE_CLIENT_ID is not set" in done.stderr
