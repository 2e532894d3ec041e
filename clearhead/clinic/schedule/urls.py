"""A site after set-up: hours, chairs, services."""

from django.urls import path

from clearhead.clinic.schedule import views

urlpatterns = [
    path("chair/<uuid:code>/close/", views.close_chair, name="schedule-close-chair"),
    path("service/<uuid:code>/", views.service, name="schedule-service"),
    path("service/<uuid:code>/end/", views.end_service, name="schedule-end-service"),
    path("<slug:site>/", views.site, name="schedule-site"),
    path("<slug:site>/hours/", views.hours, name="schedule-hours"),
    path("<slug:site>/day/", views.day, name="schedule-day"),
    path("<slug:site>/chair/", views.chair, name="schedule-chair"),
    path("<slug:site>/contact/", views.contact, name="schedule-contact"),
    path("<slug:site>/service/", views.offer, name="schedule-offer"),
]
