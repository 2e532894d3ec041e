"""Pages that read every step."""

from django.urls import path

from clearhead.clinic.home import audit, views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("home/<slug:site>/audit/", audit.event_list, name="audit-list"),
]
