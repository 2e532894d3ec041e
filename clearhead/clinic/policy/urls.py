"""Protocols of a site."""

from django.urls import path

from clearhead.clinic.policy import views

urlpatterns = [
    path("<slug:site>/", views.protocols, name="policy-list"),
    path("<slug:site>/keep/", views.keep, name="policy-keep"),
    path("<slug:site>/diff/", views.diff, name="policy-diff"),
    path("<slug:site>/version/<uuid:version>/", views.version_page, name="policy-version"),
    path("<slug:site>/version/<uuid:version>/select/", views.select, name="policy-select"),
    path("<slug:site>/version/<uuid:version>/adopt/", views.adopt, name="policy-adopt"),
    path("<slug:site>/version/<uuid:version>/withdraw/", views.withdraw, name="policy-withdraw"),
]
