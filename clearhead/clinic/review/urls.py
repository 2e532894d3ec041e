"""Looking back at a series."""

from django.urls import path

from clearhead.clinic.review import views

urlpatterns = [
    path("course/<uuid:code>/", views.course, name="review-course"),
    path("course/<uuid:code>/series/<uuid:series>/sign/", views.sign, name="review-sign"),
    path("course/<uuid:code>/close/", views.close, name="review-close"),
    path("course/<uuid:code>/harm/", views.harm, name="review-harm"),
]
