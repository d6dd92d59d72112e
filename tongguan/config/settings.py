# SPDX-License-Identifier: Apache-2.0
"""Settings: read from the environment once, with embedded defaults that need nothing installed."""

import hashlib
import os
import secrets
from pathlib import Path

from tongguan.config.env import Env, database_config

env = Env(os.environ)

HOME = env.folder("TONGGUAN_HOME", Path.cwd() / "var")
#: Tells this installation from others of the machine, by its folder.
INSTALLATION = hashlib.blake2b(str(HOME).encode(), digest_size=6).hexdigest()
#: Requests per second and burst by limit, where a city wants other ones: desk=20/200,partner=1000/2000.
RATES = env.rates("TONGGUAN_RATES")
#: How many proxies stand before the web process and name the client in X-Forwarded-For.
PROXIES = env.integer("TONGGUAN_PROXIES", 0, low=0, high=9)
DEBUG = env.flag("TONGGUAN_DEBUG", default=False)
HOSTS = env.text("TONGGUAN_HOSTS", "*")
ALLOWED_HOSTS = [host.strip() for host in HOSTS.split(",") if host.strip()]
CSRF_TRUSTED_ORIGINS = [o.strip() for o in env.text("TONGGUAN_ORIGINS").split(",") if o.strip()]
BEHIND_TLS = env.flag("TONGGUAN_TLS", default=False)

LISTEN = env.text("TONGGUAN_LISTEN", "127.0.0.1") or "127.0.0.1"
WEB_PORT = env.integer("TONGGUAN_PORT", 8000, low=1, high=65535)
STREAM_PORT = env.integer("TONGGUAN_STREAM_PORT", 8001, low=1, high=65535)
STREAM_URL = env.text("TONGGUAN_STREAM_URL")
NATS_URL = env.text("TONGGUAN_NATS_URL")
#: Who sends our CAP messages: a name of the city's own without spaces or commas.
CAP_SENDER = env.text("TONGGUAN_CAP_SENDER", "tongguan.local")
#: Where devices find the broker within the engine, on this machine alone, while none is declared; 0: nowhere.
MQTT_PORT = env.integer("TONGGUAN_MQTT_PORT", 1883, low=0, high=65535)
# 0: one worker with four threads on SQLite (few writers keep its waits short), two on PostgreSQL.
WEB_WORKERS = env.integer("TONGGUAN_WEB_WORKERS", 0, low=0, high=64)
WEB_THREADS = env.integer("TONGGUAN_WEB_THREADS", 4, low=1, high=64)
# How soon a killed engine's work is taken over; long enough for a busy machine.
LEASE_SECONDS = env.integer("TONGGUAN_LEASE_SECONDS", 30, low=2, high=600)
#: Days that tracks and last positions of collectors are kept; our own default.
TRACK_DAYS = env.integer("TONGGUAN_TRACK_DAYS", 30, low=1, high=1095)
#: Days that single readings, their minutes and their hours are kept; days of them stay. Our own defaults.
READINGS_RAW_DAYS = env.integer("TONGGUAN_READINGS_RAW_DAYS", 1095, low=1, high=36500)
READINGS_MINUTE_DAYS = env.integer("TONGGUAN_READINGS_MINUTE_DAYS", 400, low=1, high=36500)
READINGS_HOUR_DAYS = env.integer("TONGGUAN_READINGS_HOUR_DAYS", 3650, low=1, high=36500)
#: Into how many parts readings are divided among workers over NATS; 0: one owner, in the engine.
READINGS_PARTS = env.integer("TONGGUAN_READINGS_PARTS", 0, low=0, high=256)
FACTS_KEPT_DAYS = env.integer("TONGGUAN_FACTS_KEPT_DAYS", 30, low=1, high=3650)
#: A PMTiles file (Protomaps schema, version 4) instead of the demo city, and its review number (审图号).
MAP_FILE = env.text("TONGGUAN_MAP_FILE") or str(
    Path(__file__).resolve().parents[1] / "demo" / "town" / "city.pmtiles"
)
MAP_REVIEW_NUMBER = env.text("TONGGUAN_MAP_REVIEW_NUMBER")
# An OpenAI-compatible endpoint (address up to /v1) that may polish the wording of briefings; empty: none.
ASSISTANT_URL = env.text("TONGGUAN_ASSISTANT_URL")
ASSISTANT_KEY = env.text("TONGGUAN_ASSISTANT_KEY")
ASSISTANT_MODEL = env.text("TONGGUAN_ASSISTANT_MODEL", "default")
ASSISTANT_SECONDS = env.integer("TONGGUAN_ASSISTANT_SECONDS", 20, low=1, high=300)
MAIL_URL = env.text("TONGGUAN_MAIL_URL")
SMS_GATEWAY = env.text("TONGGUAN_SMS_GATEWAY")
WEBHOOK_PRIVATE = env.flag("TONGGUAN_WEBHOOK_PRIVATE", default=False)
#: Keys for what is sealed at rest, where a city keeps them itself: index=BASE64,newest=BASE64,older=BASE64.
SEAL_KEYS = env.text("TONGGUAN_SEAL_KEYS")
SEAL_CIPHER = env.text("TONGGUAN_SEAL_CIPHER", "aes-256-gcm")
#: How many reports may wait for triage before senders are told to come later.
TONGGUAN_INTAKE_BOUND = env.integer("TONGGUAN_INTAKE_BOUND", 200_000, low=100, high=100_000_000)


def _secret_key() -> str:
    """Give the key from the environment, or the one made at the first start and kept in HOME."""
    given = env.text("TONGGUAN_SECRET_KEY")
    if given:
        return given
    path = HOME / "secret.key"
    try:
        # Exclusive create: of several processes starting at once exactly one writes the key.
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
DATABASES = {"default": database_config(env.text("TONGGUAN_DATABASE_URL"), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "tongguan.runtime",
    "tongguan.vault",
    "tongguan.people",
    "tongguan.savedviews",
    "tongguan.places",
    "tongguan.addresses",
    "tongguan.layers",
    "tongguan.things",
    "tongguan.catalog",
    "tongguan.rules",
    "tongguan.messaging",
    "tongguan.learning",
    "tongguan.knowledge",
    "tongguan.indicators",
    "tongguan.calls",
    "tongguan.patrol",
    "tongguan.cases",
    "tongguan.maps",
    "tongguan.dispatch",
    "tongguan.bulk",
    "tongguan.workdays",
    "tongguan.matching",
    "tongguan.handover",
    "tongguan.linking",
    "tongguan.sensors",
    "tongguan.sensing",
    "tongguan.alarms",
    "tongguan.watch",
    "tongguan.warnings",
    "tongguan.gateways",
    "tongguan.advice",
    "tongguan.vitals",
    "tongguan.intake",
    "tongguan.replies",
    "tongguan.revisits",
    "tongguan.exchange",
    "tongguan.casebook",
    "tongguan.insight",
    "tongguan.evaluation",
    "tongguan.analysis",
    "tongguan.foresight",
    "tongguan.leakage",
    "tongguan.video",
    "tongguan.mailboxes",
    "tongguan.briefings",
    "tongguan.channels",
    "tongguan.replay",
    "tongguan.demo",
    "tongguan.walls",
    "tongguan.doors",
    "axes",
    "tongguan.doors.admin.apps.RegisterPages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

# Industry applications of the product that this city uses, comma-separated; each is one folder.
INSTALLED_APPS += [
    f"tongguan.industry.{name.strip()}"
    for name in env.text("TONGGUAN_INDUSTRY", "lifeline").split(",")
    if name.strip()
]
# Further applications (one folder each, installable and removable), comma-separated.
INSTALLED_APPS += [app.strip() for app in env.text("TONGGUAN_APPS").split(",") if app.strip()]

MIDDLEWARE = [
    "tongguan.doors.common.guard.doorkeeper",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tongguan.doors.sessions.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tongguan.config.urls"
WSGI_APPLICATION = "tongguan.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = True
AXES_LOCKOUT_CALLABLE = "tongguan.doors.sessions.locked_out"
SESSION_COOKIE_AGE = env.integer("TONGGUAN_SESSION_HOURS", 12, low=1, high=168) * 3600
SESSION_IDLE_SECONDS = env.integer("TONGGUAN_SESSION_IDLE_MINUTES", 120, low=5, high=1440) * 60
#: Where somebody with an initial password may still go: sign in, out, and change it.
INITIAL_PASSWORD_PATHS = [
    "/login",
    "/logout",
    "/static/",
    "/map/",
    "/api/map/",
    "/api/desk/csrf",
    "/api/desk/session",
    "/api/desk/password",
    "/admin/login",
    "/admin/logout",
    "/admin/password_change",
]
SESSION_SAVE_EVERY_REQUEST = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "SAMEORIGIN"
LOGIN_URL = "/login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a missing folder
FILES_ROOT = HOME / "files"
WHITENOISE_USE_FINDERS = True
#: Files of the screens whose name holds a digest of what is in them: kept for ever by whoever has them.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/web/assets/[^/]+-[\w-]{8}\.\w+$"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Refused requests are the callers' business and theirs to see; errors are ours.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env.text("TONGGUAN_LOG_LEVEL", "WARNING") or "WARNING"},
}

#: Variables that look like settings and are none; the doctor tells of them.
MISSPELT = env.unread("TONGGUAN_")
