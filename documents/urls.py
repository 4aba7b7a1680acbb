"""Addresses of files and papers."""

from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("files/<int:file_id>", views.file, name="file"),
    path("papers/<int:paper_id>.pdf", views.paper_pdf, name="paper"),
]
