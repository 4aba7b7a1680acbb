"""Addresses of supervision."""

from django.urls import path

from supervision.views import audit, board, orders, publishing

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
    path("orders/new/<int:case_id>", orders.issue, name="issue"),
    path("orders/<int:pk>", orders.order, name="order"),
    path("orders/<int:pk>.pdf", publishing.order_paper, name="order_paper"),
    path("orders/<int:pk>/<str:name>", orders.act, name="act"),
    path("clocks", audit.clocks, name="clocks"),
    path("clocks/<int:clock_id>/remind", orders.remind, name="remind"),
    path("reactions", audit.reactions, name="reactions"),
]
