"""/api/: the version stands in the address; what a version answers does not change, a new field apart."""

from django.urls import path, re_path

from api.views import acts, cases, schema, window

app_name = "api"
urlpatterns = [
    path("schema", schema.schema, name="schema"),
    path("docs", schema.page, name="docs"),
    path("v1/cases", cases.Cases.as_view(), name="cases"),
    path("v1/cases/<int:pk>", cases.OneCase.as_view(), name="case"),
    path("v1/cases/<int:pk>/timeline", cases.Timeline.as_view(), name="timeline"),
    path("v1/cases/<int:pk>/receipts", cases.CaseReceipts.as_view(), name="case_receipts"),
    path("v1/nodes/<int:pk>/completion", acts.Completion.as_view(), name="completion"),
    path("v1/nodes/<int:pk>/feedback", acts.Feedback.as_view(), name="feedback"),
    path("v1/receipts", acts.Receipts.as_view(), name="receipts"),
    re_path(r"^v1/", window.Nowhere.as_view(), name="nowhere"),
]
