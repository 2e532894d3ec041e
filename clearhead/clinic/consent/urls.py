"""Reading, asking, signing, withdrawing."""

from django.urls import path

from clearhead.clinic.consent import views

urlpatterns = [
    path("link/<str:token>/", views.by_link, name="consent-link"),
    path("mine/", views.mine, name="consent-mine"),
    path("<uuid:code>/", views.order_page, name="consent-order"),
    path("<uuid:code>/tablet/", views.tablet, name="consent-tablet"),
    path("<uuid:code>/send/", views.send, name="consent-send"),
    path("<uuid:code>/book/", views.book, name="consent-book"),
    path("question/<uuid:code>/", views.answer, name="consent-answer"),
    path("signed/<uuid:code>/", views.signed, name="consent-signed"),
    path("signed/<uuid:code>/withdraw/", views.withdraw, name="consent-withdraw"),
]
