"""The starter's own settings, in a folder of this test run."""

import os
import tempfile

# Each worker of the run has a folder, and so a shelf, of its own: what one touches may not spoil another's rendering.
BASE = os.environ.setdefault("BROADSHEET_FOLDER", tempfile.mkdtemp(prefix="broadsheet-tests-"))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and not BASE.endswith(WORKER):
    os.environ["BROADSHEET_FOLDER"] = os.path.join(BASE, WORKER)  # noqa: PTH118

from broadsheet.starter.paper.settings import *  # noqa: E402, F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for users of tests only
