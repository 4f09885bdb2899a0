"""A paper's settings: wiring, on one screen.

Secrets and addresses come from the environment (see broadsheet.conf), policy is edited by staff in the admin.
"""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from broadsheet import conf
from broadsheet.defaults import APPS, AUTHENTICATION, CONTEXT_PROCESSORS, MIDDLEWARE

FOLDER = conf.folder()
HERE = Path(__file__).parent
BASE_URL = conf.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")

DEBUG = conf.flag("DEBUG")
SECRET_KEY = conf.secret("SECRET_KEY")
ALLOWED_HOSTS = conf.words("ALLOWED_HOSTS", "127.0.0.1 localhost [::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

SOCIAL_LOGIN = conf.words("SOCIAL_LOGIN")  # google github openid_connect …: none, unless the paper names some
INSTALLED_APPS = [*APPS, *(f"allauth.socialaccount.providers.{name}" for name in SOCIAL_LOGIN)]
MIDDLEWARE = [*MIDDLEWARE]
ROOT_URLCONF = "broadsheet.starter.paper.urls"
AUTH_USER_MODEL = "broadsheet_accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "theme" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
]

DATABASES = {"default": conf.database(FOLDER / "paper.sqlite3")}
CACHES = {"default": conf.cache()}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# Accounts: how readers and staff log in. A code by mail is the first way; everything else is a choice of theirs.
AUTHENTICATION_BACKENDS = [*AUTHENTICATION]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "account_home", "account_login"
STAFF_SECOND_FACTOR = conf.flag("STAFF_SECOND_FACTOR", HTTPS)
SIGNUPS_PER_NETWORK = conf.number("SIGNUPS_PER_NETWORK", 30)  # a day
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_ADAPTER = "broadsheet.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS, ACCOUNT_SIGNUP_FIELDS = {"email"}, ["email*", "password1"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = ACCOUNT_EMAIL_NOTIFICATIONS = ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "signup": f"{SIGNUPS_PER_NETWORK}/d/ip",
    "request_login_code": "20/m/ip,300/d/ip,3/m/key,10/h/key",
    "confirm_email": "3/m/key,10/h/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED, MFA_TOTP_TOLERANCE = True, 1
MFA_REAUTHENTICATION_REQUIRED = False  # broadsheet.accounts.fresh asks, of everybody alike
MFA_ADAPTER = "broadsheet.accounts.adapters.FactorAdapter"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow it on localhost only
SOCIALACCOUNT_ADAPTER = "broadsheet.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = conf.social_providers(SOCIAL_LOGIN)

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = conf.text("TIME_ZONE", "UTC")

STATIC_URL = "/static/"
STATIC_ROOT = FOLDER / "static"
STATICFILES_DIRS = [path for path in [HERE / "theme" / "static"] if path.is_dir()]
MEDIA_URL = "/media/"
MEDIA_ROOT = FOLDER / "media"
STORAGES = {
    # Folders as text: Wagtail hands a storage to the task that deletes a file, and a task takes no Path.
    # Originals and documents: kept, never served by their path.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FOLDER / "originals"), "base_url": None},
    },
    # Renditions of pictures: public.
    "renditions": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT), "base_url": MEDIA_URL},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Mail: kept as files in the paper's folder until a server is named.
EMAIL_HOST = conf.text("EMAIL_HOST", "")
EMAIL_PORT = conf.number("EMAIL_PORT", 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = conf.text("EMAIL_USER", ""), conf.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = conf.flag("EMAIL_TLS", True)
EMAIL_BACKEND = "broadsheet.web.mailing.EmailBackend"  # keeps mail from mailboxes that do not exist
EMAIL_CARRIER = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = FOLDER / "mail"
DEFAULT_FROM_EMAIL = conf.text("EMAIL_FROM", "desk@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "broadsheet.web.logs.Discreet", "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "broadsheet": {"handlers": ["console"], "level": conf.text("LOG_LEVEL", "INFO")},
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

# Robots that gather text for language models: refused in robots.txt unless the paper wants them.
BROADSHEET_REFUSE_GATHERERS = conf.flag("REFUSE_GATHERERS", True)
# Search engines' published addresses: asked for here, by the same paths, in place of the engines' own hosts.
CRAWLER_LISTS_MIRROR = conf.text("CRAWLER_LISTS_MIRROR", "")

WAGTAIL_SITE_NAME = "Broadsheet"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "broadsheet_newsroom.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "broadsheet.newsroom.picture_forms.PictureForm"
WAGTAILIMAGES_RENDITION_STORAGE = "renditions"
WAGTAILDOCS_DOCUMENT_MODEL = "broadsheet_newsroom.File"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_RESET_ENABLED = False  # a code by mail is the way in without a password, for staff too
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False  # on the account page, where the new address is verified first

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (f"{'__Host-' if HTTPS else ''}{name}" for name in ("sessionid", "csrftoken"))
SESSION_COOKIE_AGE = 90 * 86_400
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if conf.flag("BEHIND_TLS_PROXY") else None

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Membership: which gateway takes the money. `sandbox:` moves none.
PAYMENTS_URL = conf.text("PAYMENTS_URL", "sandbox:")
STRIPE_SECRET_KEY = conf.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = conf.words("STRIPE_WEBHOOK_SECRET")  # two while one takes the other's place
STRIPE_ACCOUNT = conf.text("STRIPE_ACCOUNT", "")
SANDBOX_FILE = FOLDER / "sandbox.sqlite3"
SANDBOX_GATEWAY_ACK = conf.flag("SANDBOX_GATEWAY_ACK")  # whether a paper on https is a rehearsal, and may use it
MEMBER_KEY = conf.secret("MEMBER_KEY")  # recognises mailboxes and cards that had a trial, and makes gifts' codes

# Newsletters: who carries them, and how fast. Left empty, the mail server above carries them, or the folder.
NEWSLETTER_KEY = conf.secret("NEWSLETTER_KEY")  # recognises mailboxes, seals the addresses that bounces go to
NEWSLETTER_MAIL_URL = conf.text("NEWSLETTER_MAIL_URL", "")
NEWSLETTER_FROM = conf.text("NEWSLETTER_FROM", "")  # another address than that of receipts and codes
NEWSLETTER_BOUNCE_DOMAIN = conf.text("NEWSLETTER_BOUNCE_DOMAIN", "")
NEWSLETTER_LINES = conf.number("NEWSLETTER_LINES", 8)  # connections of each process that sends
NEWSLETTER_PER_MINUTE = conf.number("NEWSLETTER_PER_MINUTE", 0)
NEWSLETTER_LIMITS = conf.words("NEWSLETTER_LIMITS")  # gmail.com=500/minute *=20000/day
NEWSLETTER_WARM_UP = conf.text("NEWSLETTER_WARM_UP", "")  # 2026-12-01=50
# Mail services whose webhooks are heard, at /hooks/mail/<name>/, and what makes them believed.
NEWSLETTER_HOOKS = conf.words("NEWSLETTER_HOOKS")  # postmark mailgun …
ANYMAIL = {**conf.prefixed("ANYMAIL_"), "WEBHOOK_SECRET": conf.words("MAIL_HOOK_SECRET")}  # user:password

# The edge: where its parts live. Change an address in the environment, not a line here.
METER_KEY = conf.secret("METER_KEY")
METER_KEY_PREVIOUS = conf.text("METER_KEY_PREVIOUS", "")  # still read while readers come back with its receipts
LEDGER_URL = conf.text("LEDGER_URL", f"sqlite:///{FOLDER / 'ledger.sqlite3'}")
# Whether a worker's ledger, and its Django, work in processes of their own, so that neither delays a ready page.
PROCESSORS = os.cpu_count() or 1
LEDGER_APART = conf.flag("LEDGER_APART", LEDGER_URL.startswith("sqlite:") and PROCESSORS > 1)
DJANGO_APART = conf.flag("DJANGO_APART", PROCESSORS > 1)
SHELF_URL = conf.text("SHELF_URL", f"sqlite:///{FOLDER / 'shelf.sqlite3'}")
TRUSTED_PROXIES = conf.words("TRUSTED_PROXIES")
TRUST_UNIX_SOCKET = conf.flag("TRUST_UNIX_SOCKET")  # whether what comes by a Unix socket comes from a proxy of ours
