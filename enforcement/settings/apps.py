"""What is installed, in the order of the floors from the roof down, and the way of a request."""

INSTALLED_APPS = [
    "enforcement",
    "desk",
    "portal",
    "api",
    "supervision",
    "closing",
    "petitions",
    "measures",
    "cases",
    "notices",
    "documents",
    "jobs",
    "funds",
    "deadlines",
    "approvals",
    "courts",
    "events",
    "django.forms",
    "courts.apps.SystemAdministration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "desk.drafts.DraftsDropped",
    "enforcement.faces.PlainWords",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "enforcement.urls"
WSGI_APPLICATION = "enforcement.wsgi.application"
AUTH_USER_MODEL = "courts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
