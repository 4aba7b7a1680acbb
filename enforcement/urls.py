"""Every address of the house."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from courts.views import factors, signing_in
from courts.views.passwords import ChangePassword
from enforcement import health
from enforcement.metrics import metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("login", signing_in.SignIn.as_view(), name="login"),
    path("login/code", signing_in.code, name="login_code"),
    path("account/still-here", signing_in.still_here, name="still_here"),
    path("account/second-factor", factors.second_factor, name="second_factor"),
    path("account/second-factor/show", factors.show, name="second_factor_show"),
    path("account/second-factor/codes", factors.renew_codes, name="second_factor_codes"),
    path("logout", auth.LogoutView.as_view(), name="logout"),
    path("password", ChangePassword.as_view(), name="password_change"),
    path("admin/", admin.site.urls),
    path("deadlines/", include("deadlines.urls")),
    path("jobs/", include("jobs.urls")),
    path("notices/", include("notices.urls")),
    path("supervision/", include("supervision.urls")),
    path("my/", include("portal.urls")),
    path("api/", include("api.urls")),
    path("", include("documents.urls")),
    path("", include("desk.urls")),
]
