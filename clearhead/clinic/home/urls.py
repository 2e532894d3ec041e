"""Pages that read every step."""

from django.urls import path

from clearhead.clinic.home import audit, help, kinetics, paper, research_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("home/visits/", views.visits, name="home-visits"),
    path("home/help/", help.help_now, name="home-help"),
    path("home/<slug:site>/day/", views.day, name="home-day"),
    path("home/<slug:site>/day/live/", views.day_live, name="home-day-live"),
    path("home/<slug:site>/day/list/", paper.day_list, name="home-day-list"),
    path("home/<slug:site>/downtime/", paper.downtime, name="home-downtime"),
    path("home/<slug:site>/chairs/", views.chairs, name="home-chairs"),
    path("home/<slug:site>/chairs/live/", views.chairs_live, name="home-chairs-live"),
    path("home/<slug:site>/brought/", views.brought, name="home-brought"),
    path("home/<slug:site>/patients/", views.patients, name="home-patients"),
    path("home/<slug:site>/kinetics/", kinetics.page, name="home-kinetics"),
    path("home/<slug:site>/kinetics/figure.svg", kinetics.figure, name="home-kinetics-figure"),
    path("home/<slug:site>/figures/", views.figures, name="home-figures"),
    path("home/<slug:site>/research/", research_views.page, name="home-research"),
    path("home/<slug:site>/research/counts.csv", research_views.export, name="home-research-csv"),
    path("home/<slug:site>/audit/", audit.event_list, name="audit-list"),
    path("home/course/<uuid:code>/", views.course, name="home-course"),
    path("home/booking/<uuid:code>/event/", views.visit_event, name="home-visit-event"),
    path("home/booking/<uuid:code>/take-back/", views.take_back, name="home-take-back"),
]
