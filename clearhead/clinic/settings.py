"""One settings file. Everything a site changes is read from CLEARHEAD_* in the environment."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from clearhead.clinic import journey, mail

HERE = Path(__file__).resolve().parent
VAR = Path(os.environ.get("CLEARHEAD_VAR", "var")).resolve()  # database, outgoing letters, backups
INSECURE_SECRET = "not-a-secret: set CLEARHEAD_SECRET_KEY"


def _yes(name: str, default: str = "") -> bool:
    return os.environ.get(name, default).lower() in {"1", "yes", "true"}


DEMO = _yes("CLEARHEAD_DEMO")
DEBUG = _yes("CLEARHEAD_DEBUG")
SECRET_KEY = os.environ.get("CLEARHEAD_SECRET_KEY", INSECURE_SECRET)
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("CLEARHEAD_OLD_SECRET_KEYS", "").split(",") if key]
ALLOWED_HOSTS = os.environ.get("CLEARHEAD_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
PUBLIC_URL_IS_SET = bool(os.environ.get("CLEARHEAD_PUBLIC_URL"))
PUBLIC_URL = os.environ.get("CLEARHEAD_PUBLIC_URL") or "http://127.0.0.1:8000"
HTTPS = PUBLIC_URL.startswith("https://")
if _yes("CLEARHEAD_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    *reversed(journey.installed()),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "clearhead.clinic.web.mark.Mark",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clearhead.clinic.infusion.beats.Beats",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clearhead.clinic.people.tablet.TabletLock",
    "clearhead.clinic.people.middleware.SessionAge",
    "clearhead.clinic.people.middleware.DefaultDeny",
    "clearhead.clinic.people.middleware.ClearRefusals",
]

ROOT_URLCONF = "clearhead.clinic.urls"
WSGI_APPLICATION = "clearhead.clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clearhead.clinic.people.context.page",
            ],
            "builtins": [
                "clearhead.clinic.web.templatetags.clinic",
                "clearhead.clinic.people.templatetags.guard",
                "django.templatetags.i18n",
            ],
        },
    }
]
FORM_RENDERER = "clearhead.clinic.web.forms.Renderer"


def database(url: str) -> dict[str, object]:
    """Django's description of `sqlite:///path` or `postgres://user:word@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        file = Path(unquote(parts.path[1:] if parts.path.startswith("//") else parts.path))
        file.parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "clearhead.clinic.sqlite",
            "NAME": str(file),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": os.environ.get("CLEARHEAD_TEST_SQLITE") or None},
            "CONN_MAX_AGE": 60,  # opening costs more than all questions of a poll together
        }
    host = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair).get("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.removeprefix("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(os.environ.get("CLEARHEAD_DATABASE_URL", f"sqlite://{VAR}/clearhead.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
THROWAWAY = DEMO or _yes("CLEARHEAD_THROWAWAY")  # invented people only: secrets are hashed quickly, `serve` refuses
PASSWORD_HASHERS = [
    "clearhead.clinic.people.hashers.QuickArgon2" if THROWAWAY else "django.contrib.auth.hashers.Argon2PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "clearhead.clinic.people.adapter.ClosedDoor"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "welcome-front"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "sid"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_IDLE_MINUTES = {"staff": 15, "patient": 30}
SESSION_LONGEST_HOURS = {"staff": 12, "patient": 24}
DIARY_IDLE_DAYS = 30  # on a device where a patient keeps the diary open: the diary alone, see ADR 0008
DIARY_LONGEST_DAYS = 90
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "clearhead.clinic.people.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # nothing lands in a folder
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_200_000  # a photo of 2 MB and its form; what is larger is not taken in
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
USE_I18N = True
LOCALE_PATHS = [HERE / "locale"]

_mail, MAIL_FAULT = mail.setup(*(os.environ.get(f"CLEARHEAD_EMAIL_{name}", "") for name in ("URL", "FROM", "BACKEND")))
MAIL_FROM_IS_SET = "DEFAULT_FROM_EMAIL" in _mail
globals().update(_mail)  # EMAIL_BACKEND, EMAIL_HOST and what else one line says
LETTERS_FOLDER = VAR / "letters"
GO_VALID_MINUTES = 60  # foundations: a go/no-go is judged again after this long
HOLD_MINUTES = 10  # how long a chosen booking time is kept while the form is filled
REAUTH_MINUTES = 0  # every signature asks for the secret again

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"fault": {"()": "clearhead.clinic.faults.WithoutWords", "format": "%(asctime)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler"},
        "faults": {"class": "logging.StreamHandler", "formatter": "fault"},
    },
    "loggers": {
        "clearhead": {"handlers": ["console"], "level": "INFO"},
        # An entry of a tablet that could not be charted: where the program failed, never what was entered.
        "clearhead.queue": {"handlers": ["faults"], "level": "ERROR", "propagate": False},
        # A page that failed: its address and where it failed, with DEBUG or without; nothing goes out by mail.
        "django.request": {"handlers": ["faults"], "level": "ERROR", "propagate": False},
    },
}
