"""The starter's own settings: the very wiring that a paper runs on, in the folder that its process was given."""

from broadsheet.starter.paper.settings import *  # noqa: F403

# Users are made by the hundred here; how passwords are stored has no part in what leaks.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nothing is collected here, so static files keep their plain names.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING["loggers"]["django"]["level"] = "CRITICAL"  # noqa: F405  (404 and 403 are what the sweep is about)

# Mutants change what this process does: everything works in it.
DJANGO_APART = LEDGER_APART = False

# A few people ask ten thousand times in an hour.
from broadsheet.edge import app, gate  # noqa: E402

app.MOST_READS = gate.MOST_READS = 1 << 60
