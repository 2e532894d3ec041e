"""Pages that read every step."""

from django.urls import path

from clearhead.clinic.home import views

urlpatterns = [path("", views.home, name="home")]
