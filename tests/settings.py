"""The starter's own settings, in a folder of this test run."""

import os
import tempfile

os.environ.setdefault("BROADSHEET_FOLDER", tempfile.mkdtemp(prefix="broadsheet-tests-"))

from broadsheet.starter.paper.settings import *  # noqa: F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for users of tests only
