"""Addresses of supervision."""

from django.urls import path

from supervision import views

app_name = "supervision"
urlpatterns = [
    path("clocks", views.clocks, name="clocks"),
    path("reactions", views.reactions, name="reactions"),
]
