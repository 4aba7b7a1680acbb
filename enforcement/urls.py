"""Every address of the house."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from courts.views import ChangePassword
from enforcement import health
from enforcement.metrics import metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("login", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
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
