"""Addresses of supervision."""

from django.urls import path

from supervision.views import (
    audit,
    board,
    indicator_issues,
    indicators,
    inspection_findings,
    inspection_papers,
    inspection_samples,
    inspections,
    issuing,
    ledgers,
    orders,
    publishing,
    reports,
)

app_name = "supervision"
urlpatterns = [
    path("", board.board, name="board"),
    path("screen", board.screen, name="screen"),
    path("overdue", board.overdue, name="overdue"),
    path("overdue.xlsx", publishing.overdue_sheet, name="overdue_sheet"),
    path("overdue.pdf", publishing.overdue_paper, name="overdue_paper"),
    path("bulletin", publishing.bulletin, name="bulletin"),
    path("bulletin.xlsx", publishing.bulletin_sheet, name="bulletin_sheet"),
    path("bulletin.pdf", publishing.bulletin_paper, name="bulletin_paper"),
    path("orders", orders.orders, name="orders"),
    path("orders/new/<int:case_id>", issuing.issue, name="issue"),
    path("orders/<int:pk>", orders.order, name="order"),
    path("orders/<int:pk>.pdf", publishing.order_paper, name="order_paper"),
    path("orders/<int:pk>/<str:name>", orders.act, name="act"),
    path("clocks", audit.clocks, name="clocks"),
    path("clocks/<int:clock_id>/remind", issuing.remind, name="remind"),
    path("reactions", audit.reactions, name="reactions"),
]
urlpatterns += [
    path("indicators", indicators.indicators, name="indicators"),
    path("indicators/courts", indicators.courts, name="indicators_courts"),
    path("indicators/compare", indicators.compare, name="indicators_compare"),
    path("indicators/count", indicator_issues.recount, name="indicators_count"),
    path("indicators/issued/<int:pk>", indicator_issues.issued, name="issued"),
    path("indicators/slots/<str:slot_id>", indicator_issues.slot, name="slot"),
    path("indicators/<str:code>", indicators.indicator, name="indicator"),
    path("indicators/<str:code>/cases", indicators.cases, name="indicator_cases"),
    path("indicators/<str:code>/cases.xlsx", indicators.sheet, name="indicator_sheet"),
    path("indicators/<str:code>/issue", indicator_issues.issue, name="indicator_issue"),
    path("reports", reports.reports, name="reports"),
    path("reports/<int:court_id>/<str:quarter>.pdf", reports.report_paper, name="report_paper"),
    path("reports/<int:court_id>/<str:quarter>.xlsx", reports.report_sheet, name="report_sheet"),
    path("reports/<int:court_id>/<str:quarter>", reports.report, name="report"),
    path("reports/acts/<int:pk>/<str:name>", reports.report_act, name="report_act"),
]
urlpatterns += [
    path("inspections", inspections.inspections, name="inspections"),
    path("inspections/new", inspections.plan, name="inspection_plan"),
    path("inspections/<int:pk>", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/<str:name>", inspections.inspection_act, name="inspection_act"),
    path("inspections/sections/<int:pk>", inspection_samples.section, name="section"),
    path("inspections/sections/<int:pk>.pdf", inspection_papers.section_paper, name="section_paper"),
    path("inspections/sections/<int:pk>/<str:name>", inspection_samples.section_act, name="section_act"),
    path("inspections/draws/<int:pk>", inspection_samples.draw, name="draw"),
    path("inspections/draws/<int:pk>/<str:name>", inspection_samples.draw_act, name="draw_act"),
    path("inspections/findings", inspection_findings.findings, name="findings"),
    path("inspections/findings/<int:pk>", inspection_findings.finding, name="finding"),
    path("inspections/findings/<int:pk>/<str:name>", inspection_findings.finding_act, name="finding_act"),
    path("inspections/bulletins/<int:pk>", inspection_findings.commentary, name="commentary"),
    path("inspections/bulletins/<int:pk>.pdf", inspection_papers.commentary_paper, name="commentary_paper"),
    path(
        "inspections/bulletins/<int:pk>/<str:name>", inspection_findings.commentary_act, name="commentary_act"
    ),
    path("long-pending", ledgers.ledger, name="long_pending"),
    path("long-pending.xlsx", ledgers.ledger_sheet, name="long_pending_sheet"),
    path("long-pending/<int:case_id>", ledgers.plan, name="clearing_plan"),
    path("tables", ledgers.published, name="tables"),
    path("tables/<int:pk>.xlsx", ledgers.published_sheet, name="table_sheet"),
    path("workload", ledgers.workload, name="workload"),
    path("cases/<int:pk>/as-of", inspection_papers.as_of, name="as_of"),
]
