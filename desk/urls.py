"""The addresses of the faces for staff."""

from django.urls import path

from desk.views import (
    acts,
    approvals,
    assigning,
    case,
    cases,
    filing,
    home,
    money,
    nodes,
    notices,
    properties,
    rules,
    undoing,
    worklist,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("worklist", worklist.worklist, name="worklist"),
    path("search", cases.search, name="search"),
    path("cases/", cases.cases, name="cases"),
    path("approvals", approvals.approvals, name="approvals"),
    path("approvals/<int:request_id>/assent", approvals.assent, name="assent"),
    path("approvals/<int:request_id>/refuse", approvals.refuse, name="refuse"),
    path("approvals/<int:request_id>/withdraw", approvals.withdraw, name="withdraw"),
    path("assign", assigning.assign, name="assign"),
    path("assign/preview", assigning.assign_preview, name="assign_preview"),
    path("assign/all", assigning.assign_all, name="assign_all"),
    path("handover", assigning.hand_over, name="handover"),
    path("handover/preview", assigning.hand_over_preview, name="handover_preview"),
    path("handover/confirm", assigning.hand_over_confirm, name="handover_confirm"),
    path("notifications", notices.notifications, name="notifications"),
    path("notifications/read", notices.read, name="read"),
    path("notifications/sms", notices.sms, name="sms"),
    path("notifications/sms/<int:message_id>", notices.sms_message, name="sms_message"),
    path("notifications/sms/numbers/<int:mark_id>", notices.sms_number, name="sms_number"),
    path("coverage", notices.coverage, name="coverage"),
    path("rules/", rules.rules, name="rules"),
    path("rules/compare", rules.compare, name="rule_compare"),
    path("rules/packs/<str:code>/<int:version>", rules.pack, name="rule_pack"),
    path("rules/clocks/<str:rule_id>", rules.clocks, name="rule_clocks"),
    path("components/", home.components, name="components"),
    path("cases/new", filing.file, name="file_case"),
    path("cases/<int:pk>/", case.case, name="case"),
    path("cases/<int:pk>/parties/", case.parties, name="parties"),
    path("cases/<int:pk>/property/", case.property_tab, name="property"),
    path("cases/<int:pk>/money/", case.money, name="money"),
    path("cases/<int:pk>/papers/", case.papers, name="papers"),
    path("cases/<int:pk>/log/", case.log, name="log"),
    path("cases/<int:pk>/nodes/<int:node_id>/", nodes.node, name="node"),
    path("cases/<int:pk>/acts/<slug:name>/", acts.act, name="act"),
    path(
        "cases/<int:pk>/property/<int:property_id>/<slug:name>/", properties.property_act, name="property_act"
    ),
    path("cases/<int:pk>/receipts/<int:receipt_id>/payout/", money.draft, name="draft_payout"),
    path("cases/<int:pk>/payouts/<int:payout_id>/<slug:name>/", money.step, name="payout_step"),
    path("cases/<int:pk>/log/<int:event_id>/undo/", undoing.undo, name="undo"),
]
