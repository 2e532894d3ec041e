"""The demo's own door."""

from django.urls import path

from clearhead.clinic.rehearsal import views

urlpatterns = [
    path("", views.cast, name="demo-cast"),
    path("sign-in/", views.sign_in, name="demo-sign-in"),
]
