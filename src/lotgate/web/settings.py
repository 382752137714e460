"""Django's settings, from the environment; `lotgate serve` sets it from its options.

LOTGATE_DATABASE     database URL; default SQLite in the data folder
LOTGATE_HOME         the data folder (also holds party lists)
LOTGATE_URL          the address people type, e.g. https://licences.example.org; https turns secure cookies on
LOTGATE_HOSTS        further host names served, separated by commas
LOTGATE_SECRET_KEY   the secret; default: kept in the data folder
LOTGATE_SECOND_FACTOR  roles that must sign in with one, separated by commas, or `none`; default those that decide
LOTGATE_SCANNER      command that checks an upload for viruses, read from standard input: 0 clean, 1 infected
LOTGATE_PROXIES      number of reverse proxies in front that add X-Forwarded-For; default 0
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from lotgate.licence.people import roles_named
from lotgate.web.databases import data_folder, database_settings, secret_key

HERE = Path(__file__).resolve().parent
DATA_FOLDER = data_folder()
_URL = urlsplit(os.environ.get("LOTGATE_URL", "http://127.0.0.1:8000"))
_SECURE = _URL.scheme == "https"

DEBUG = False
SECRET_KEY = secret_key()
DATABASES = {"default": database_settings(os.environ.get("LOTGATE_DATABASE"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "lotgate.web.urls"
WSGI_APPLICATION = "lotgate.web.wsgi.application"
SITE_ADDRESS = _URL.geturl().rstrip("/")

_HOSTS = [name.strip() for name in os.environ.get("LOTGATE_HOSTS", "").split(",") if name.strip()]
ALLOWED_HOSTS = [*{_URL.hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]", *_HOSTS}]
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS] if _SECURE else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    # before allauth, so that our templates win
    "lotgate.web.pages",
    "lotgate.web.accounts",
    "lotgate.web.store",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "lotgate.web.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lotgate.web.second_factor.SecondFactor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "lotgate.web.languages.in_templates",
                "lotgate.web.pages.frame.in_templates",
            ]
        },
    }
]

# ---- who is there ----------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "lotgate.web.accounts.adapter.ClosedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Lotgate"
SECOND_FACTOR_ROLES = roles_named(
    os.environ.get("LOTGATE_SECOND_FACTOR") or "intake,officer,decider,customs,administrator"
)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # nothing here sends mail
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LOTGATE_PROXIES", "0"))

# Throttles are counted here; kept in the database so that restarting the server or adding one does not reset them.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "web_cache"}}

# ---- cookies and headers; headers.py adds the rest -------------------------------------------------------------------

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _SECURE
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "lotgate.web.pages.errors.csrf_failed"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = _SECURE
LANGUAGE_COOKIE_SECURE = _SECURE
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _SECURE else 0
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 40
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
SCANNER = os.environ.get("LOTGATE_SCANNER", "")
UPLOAD_MAX_BYTES = 200 * 1024 * 1024
"""The largest workbook or attachment taken."""

# ---- languages, days, static files -----------------------------------------------------------------------------------

JOBS_AT_ONCE = os.environ.get("LOTGATE_JOBS") == "at-once"
"""Without workers: a job is done before the answer is given. For tests and for single commands."""

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = None  # nothing to collect: static files come straight from the package
STATICFILES_DIRS = [("house", HERE.parent / "report" / "house")]  # colours and marks shared with the HTML report
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_FOLDER / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# ---- log: to standard error, without bodies, passwords or tokens -----------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},  # refusals are answers, not news
}
