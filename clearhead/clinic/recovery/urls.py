"""Pages of recovery: the room, the sheet to take home, the calls afterwards."""

from django.urls import path

from clearhead.clinic.infusion.views_keep import worker
from clearhead.clinic.recovery import views, views_calls

urlpatterns = [
    path("worker.js", worker, name="recovery-worker"),
    path("<uuid:code>/", views.room, name="recovery-room"),
    path("<uuid:code>/set/", views.observe, name="recovery-set"),
    path("<uuid:code>/score/", views.score, name="recovery-score"),
    path("<uuid:code>/escort/", views.escort, name="recovery-escort"),
    path("<uuid:code>/catheter/", views.catheter, name="recovery-catheter"),
    path("<uuid:code>/leave/", views.leave, name="recovery-leave"),
    path("<uuid:code>/sheet/", views.sheet, name="recovery-sheet"),
    path("sheet/<str:token>/", views.sheet_by_link, name="recovery-sheet-link"),
    path("<uuid:code>/call/<str:follow_up>/", views_calls.call, name="recovery-call"),
    path("answer/<uuid:code>/take/", views_calls.take, name="recovery-call-take"),
    path("answer/<uuid:code>/close/", views_calls.close, name="recovery-call-close"),
    path("<slug:site>/calls/", views_calls.calls, name="recovery-calls"),
]
