"""The addresses of parties."""

from django.urls import path

from portal import issuing, views

app_name = "portal"
urlpatterns = [
    path("login", views.sign_in, name="sign_in"),
    path("login/code", views.enter_code, name="enter_code"),
    path("login/paper", views.paper, name="sign_in_paper"),
    path("login/company", views.company, name="sign_in_company"),
    path("logout", views.sign_out, name="sign_out"),
    path("large", views.large, name="large"),
    path("", views.home, name="home_of_party"),
    path("cases/<int:pk>/", views.case, name="case"),
    path("cases/<int:pk>/money/", views.money, name="money"),
    path("cases/<int:pk>/account/", views.account, name="account"),
    path("cases/<int:pk>/account/withdraw", views.account_withdraw, name="account_withdraw"),
    path("cases/<int:pk>/papers/", views.papers, name="papers"),
    path("cases/<int:pk>/papers/<int:paper_id>.pdf", views.paper_pdf, name="paper"),
    path("cases/<int:pk>/letters/", views.letters, name="letters"),
    path("cases/<int:pk>/letters/files/<int:file_id>", views.letter_file, name="letter_file"),
    path("codes/<int:pk>/", issuing.codes, name="codes"),
    path("cases/<int:pk>/clue/", views.clue, name="clue"),
]
