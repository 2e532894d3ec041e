"""From the decision to a booked, prepared series."""

from django.urls import path

from clearhead.clinic.plan import pharmacy_views, views, visit_views

urlpatterns = [
    path("prepare/<str:token>/", visit_views.prepare, name="plan-prepare"),
    path("mine/<uuid:code>/", visit_views.prepare_mine, name="plan-mine"),
    path("day/<slug:site>/", visit_views.day, name="plan-day"),
    path("session/<uuid:code>/", visit_views.session_page, name="plan-session"),
    path("session/<uuid:code>/move/", visit_views.move, name="plan-move"),
    path("session/<uuid:code>/missed/", visit_views.missed, name="plan-missed"),
    path("session/<uuid:code>/cancel/", visit_views.cancel, name="plan-cancel"),
    path("session/<uuid:code>/escort/", visit_views.escort, name="plan-escort"),
    path("session/<uuid:code>/reached/", visit_views.reached, name="plan-reached"),
    path("session/<uuid:code>/answers/", visit_views.answers, name="plan-answers"),
    path("orders/<slug:site>/", pharmacy_views.orders, name="plan-orders"),
    path("order/<uuid:code>/check/", pharmacy_views.check, name="plan-check"),
    path("order/<uuid:code>/dates/", views.dates, name="plan-dates"),
    path("order/<uuid:code>/estimate/", views.estimate, name="plan-estimate"),
    path("<uuid:code>/", views.course_page, name="plan-course"),
    path("<uuid:code>/order/", views.order, name="plan-order"),
    path("<uuid:code>/medicines/", views.medicine_lines, name="plan-medicines"),
]
