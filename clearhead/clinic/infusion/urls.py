"""Pages of the chair: /infusion/<code>/… is one session."""

from django.urls import path

from clearhead.clinic.infusion import views, views_chart, views_gate, views_pump, views_stop

urlpatterns = [
    path("<uuid:code>/", views.chair, name="infusion-chair"),
    path("<uuid:code>/live/", views.live, name="infusion-live"),
    path("<uuid:code>/forecast/", views.forecast, name="infusion-forecast"),
    path("<uuid:code>/entries/", views.entries, name="infusion-entries"),
    path("<uuid:code>/record/", views_chart.record, name="infusion-record"),
    path("<uuid:code>/go/", views_gate.go, name="infusion-go"),
    path("<uuid:code>/gate/", views_gate.gate, name="infusion-gate"),
    path("<uuid:code>/fasting/", views_gate.fasting, name="infusion-fasting"),
    path("<uuid:code>/weight/", views_gate.weight, name="infusion-weight"),
    path("<uuid:code>/access/", views_gate.place_access, name="infusion-access"),
    path("<uuid:code>/access/out/", views_gate.remove_access, name="infusion-access-out"),
    path("<uuid:code>/bag/", views_gate.bag, name="infusion-bag"),
    path("<uuid:code>/start/", views_gate.start, name="infusion-start"),
    path("<uuid:code>/rate/", views_pump.rate, name="infusion-rate"),
    path("<uuid:code>/pause/", views_pump.pause, name="infusion-pause"),
    path("<uuid:code>/resume/", views_pump.resume, name="infusion-resume"),
    path("<uuid:code>/end/", views_pump.end, name="infusion-end"),
    path("<uuid:code>/bolus/", views_pump.bolus, name="infusion-bolus"),
    path("<uuid:code>/flush/", views_pump.flush, name="infusion-flush"),
    path("<uuid:code>/bag/change/", views_pump.change_bag, name="infusion-change-bag"),
    path("<uuid:code>/observe/", views_chart.observe, name="infusion-observe"),
    path("<uuid:code>/symptom/", views_chart.symptom, name="infusion-symptom"),
    path("<uuid:code>/symptom/none/", views_chart.no_new_symptoms, name="infusion-no-new-symptoms"),
    path("<uuid:code>/drug/", views_chart.drug, name="infusion-drug"),
    path("<uuid:code>/drug/effect/", views_chart.effect, name="infusion-effect"),
    path("<uuid:code>/note/", views_chart.note, name="infusion-note"),
    path("<uuid:code>/reading/", views_chart.reading, name="infusion-reading"),
    path("<uuid:code>/flag/<uuid:flag>/", views_chart.flag, name="infusion-flag"),
    path("<uuid:code>/take/", views_chart.take, name="infusion-take"),
    path("<uuid:code>/close/", views_chart.close, name="infusion-close"),
    path("<uuid:code>/stop/", views_stop.stop, name="infusion-stop"),
    path("<uuid:code>/help/", views_stop.help_called, name="infusion-help"),
    path("<uuid:code>/emergency/", views_stop.emergency, name="infusion-emergency"),
    path("<uuid:code>/stopped/", views_stop.seen_stopped, name="infusion-seen-stopped"),
    path("<uuid:code>/transfer/", views_stop.transfer, name="infusion-transfer"),
]
