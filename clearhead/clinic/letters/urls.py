"""/letters/…"""

from django.urls import path

from clearhead.clinic.letters import views

urlpatterns = [
    path("letter/<uuid:code>/", views.letter, name="letters-letter"),
    path("letter/<uuid:code>/step/", views.step, name="letters-step"),
    path("<slug:site>/", views.queue, name="letters-queue"),
]
