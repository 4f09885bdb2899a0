import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.starter.paper.settings")

from broadsheet.web.asgi import build

application = build()
