"""The starter's own settings, in a folder of this test run."""

import os
import tempfile

os.environ.setdefault("BROADSHEET_FOLDER", tempfile.mkdtemp(prefix="broadsheet-tests-"))

from broadsheet.starter.paper.settings import *  # noqa: F403

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
