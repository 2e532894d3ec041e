"""Consults: the list of the day, the form, one consult."""

from django.urls import path

from clearhead.clinic.consult import views

urlpatterns = [
    path("<uuid:code>/call/", views.record, name="consult-new"),
    path("<uuid:code>/", views.show, name="consult-show"),
    path("<uuid:code>/sign/", views.sign_off, name="consult-sign-off"),
    path("<slug:site>/today/", views.worklist, name="consult-list"),
]
