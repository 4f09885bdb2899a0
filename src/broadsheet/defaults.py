"""Lists for a paper's settings.py to unpack, so that an upgrade can add to them."""

APPS = [
    "broadsheet.accounts",
    "broadsheet.paywall",
    "broadsheet.membership",
    "broadsheet.newsroom",
    "broadsheet.prerender",
    "broadsheet.interchange",
    "broadsheet.web",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_filters",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "broadsheet.prerender.middleware.Shelve",
    "django.middleware.security.SecurityMiddleware",
    "broadsheet.web.middleware.GuardHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "broadsheet.accounts.middleware.KnowDevices",
    "broadsheet.accounts.middleware.AskStaffTwice",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "broadsheet.newsroom.refusals.SayRefusals",
]

AUTHENTICATION = ["allauth.account.auth_backends.AuthenticationBackend", "django.contrib.auth.backends.ModelBackend"]

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.template.context_processors.i18n",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "broadsheet.web.contexts.paper",
]
