"""Settings of Emplace: everything that differs between machines comes from the environment."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- what this installation is -------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY")
BASE_URL = env.text("BASE_URL", "http://localhost:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
BEHIND_PROXY = env.flag("BEHIND_PROXY")
# Files go out by nginx under this internal location; without it Django sends them itself.
X_ACCEL_LOCATION = env.text("X_ACCEL_LOCATION", "") if env.flag("X_ACCEL") else ""

INSTALLED_APPS = [
    "accounts",
    "roles",
    "engagements",
    "milestones",
    "reports",
    "config.apps.EmplaceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.FragmentMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ReaderMiddleware",
    "accounts.refusals.NulMiddleware",
    "accounts.middleware.WrongMethodMiddleware",
    # Last: it opens the transaction and takes the reader's database role around the view alone.
    "accounts.middleware.WallMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "accounts.context.shell",
                "reports.context.shell",
            ],
            "builtins": ["accounts.templatetags.ui", "accounts.templatetags.formats"],
        },
    }
]
FORM_RENDERER = "accounts.forms_renderer.Renderer"

# --- database: two addresses, four roles (see docs/adr) -------------------------------------------
DATABASE_FIRM_ROLE = env.text("DATABASE_FIRM_ROLE", "emplace_firm")
DATABASE_PORTAL_ROLE = env.text("DATABASE_PORTAL_ROLE", "emplace_portal")
_login = env.database("DATABASE_URL", env.text("DATABASE_URL"))
_owner = env.database("DATABASE_OWNER_URL", env.text("DATABASE_OWNER_URL", env.text("DATABASE_URL")))
DATABASES = {
    "default": {
        **_login,
        "CONN_MAX_AGE": env.number("DATABASE_CONN_MAX_AGE", 300),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIGRATE": True},
    },
    # The owner of the tables: migrations, grants, policies and triggers; no request ever uses it.
    "owner": {**_owner, "TEST": {"MIRROR": "default"}},
}

# --- Redis: Celery, rate limits and caches; pages work without it ------------------------------------
REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "accounts.cache.SteadyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "emplace",
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
        },
    }
}

# Celery names a socket, and the database on it, in words of its own.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
# Far above the time limit: a task longer than this would be delivered a second time (kombu#337).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # A request never waits for a broker that is down: kombu would go on trying for seconds.
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = env.text("BEAT_SCHEDULE", "/tmp/emplace-beat-schedule")  # noqa: S108

# --- people -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# A constraint on the lower-case address is what keeps it unique.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
_forms = "accounts.sign_in_forms"
ACCOUNT_FORMS = {
    "login": f"{_forms}.LoginForm",
    "request_login_code": f"{_forms}.RequestLoginCodeForm",
    "confirm_login_code": f"{_forms}.ConfirmLoginCodeForm",
    "reauthenticate": f"{_forms}.ReauthenticateForm",
    "add_email": f"{_forms}.AddEmailForm",
    "change_password": f"{_forms}.ChangePasswordForm",
    "set_password": f"{_forms}.SetPasswordForm",
    "reset_password": f"{_forms}.ResetPasswordForm",
    "reset_password_from_key": f"{_forms}.ResetPasswordKeyForm",
}
MFA_FORMS = {
    "authenticate": f"{_forms}.AuthenticateForm",
    "reauthenticate": f"{_forms}.ReauthenticateCodeForm",
    "activate_totp": f"{_forms}.ActivateTOTPForm",
    "add_webauthn": f"{_forms}.AddWebAuthnForm",
    "edit_webauthn": f"{_forms}.EditWebAuthnForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# One address a person: a new one takes the old one's place once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Beside allauth's own limits: files that anybody may have checked without signing in.
ACCOUNT_RATE_LIMITS = {"check_pack": "30/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Cookies ignore ports: two installations on one host need two names.
_suffix = env.text("COOKIE_SUFFIX", "") if env.flag("COOKIES_BY_PORT") else ""
SESSION_COOKIE_NAME = f"emplace_session{_suffix}"
CSRF_FAILURE_VIEW = "accounts.sent_again.mark_refused"
CSRF_COOKIE_NAME = f"emplace_csrf{_suffix}"
LANGUAGE_COOKIE_NAME = f"emplace_language{_suffix}"
THEME_COOKIE_NAME = f"emplace_theme{_suffix}"

# --- transport and headers -----------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
# Asked on the inside, where there is no TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- files -----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_MANIFEST = env.flag("STATIC_MANIFEST", default=not DEBUG)
# Without hashed names files are served from where they lie, and nothing is collected.
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")) if STATIC_MANIFEST else None
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "media"))
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
EVIDENCE_MAX_BYTES = env.number("EVIDENCE_MAX_MB", 100) * 1_048_576

# --- mail ---------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_mail = env.email("EMAIL_URL", env.text("EMAIL_URL", "smtp://localhost:25"))
EMAIL_HOST = _mail["EMAIL_HOST"]
EMAIL_PORT = _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Emplace <emplace@localhost>")
# The demo's catcher leaves what it received here, and a page shows it; empty where mail really goes out.
MAIL_CATCHER_DIR = env.text("MAIL_CATCHER_DIR", "")

# --- words and clocks -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FIRM_NAME = env.text("FIRM_NAME", "Your firm")
FIRM_TIME_ZONE = env.text("FIRM_TIME_ZONE", "UTC")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "accounts.request_ids.Filter"},
        "refusals": {"()": "accounts.refusals.OneLine"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "django.request": {"filters": ["refusals"]},
    },
}
