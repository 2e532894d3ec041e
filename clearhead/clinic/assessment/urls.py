"""The assessment of one course: sections, verdict, signature."""

from django.urls import path

from clearhead.clinic.assessment import patient_views, section_views, verdict_views, views

urlpatterns = [
    path("help/", patient_views.help_now, name="assessment-help"),
    path("mine/<slug:name>/", patient_views.questionnaire, name="assessment-mine"),
    path("<slug:site>/open/", patient_views.open_list, name="assessment-open-list"),
    path("<uuid:code>/", views.overview, name="assessment-overview"),
    path("<uuid:code>/history/<slug:group>/", section_views.history, name="assessment-history"),
    path("<uuid:code>/conditions/", section_views.conditions, name="assessment-conditions"),
    path("<uuid:code>/warning-signs/", section_views.warning_signs, name="assessment-warning-signs"),
    path("<uuid:code>/medicines/", views.medicines, name="assessment-medicines"),
    path("<uuid:code>/medicines/confirm/", views.confirm_medicines, name="assessment-confirm-medicines"),
    path("<uuid:code>/medicines/<uuid:row>/stop/", views.stop_medicine, name="assessment-stop-medicine"),
    path("<uuid:code>/allergies/", views.allergies, name="assessment-allergies"),
    path("<uuid:code>/allergies/none/", views.no_allergies, name="assessment-no-allergies"),
    path("<uuid:code>/allergies/<uuid:row>/strike/", views.strike_allergy, name="assessment-strike-allergy"),
    path("<uuid:code>/treatments/", views.trials, name="assessment-trials"),
    path("<uuid:code>/treatments/<uuid:row>/strike/", views.strike_trial, name="assessment-strike-trial"),
    path("<uuid:code>/results/", section_views.results, name="assessment-results"),
    path("<uuid:code>/results/weight/", section_views.weight, name="assessment-weight"),
    path("<uuid:code>/results/height/", section_views.height, name="assessment-height"),
    path("<uuid:code>/results/pressure/", section_views.pressure, name="assessment-pressure"),
    path("<uuid:code>/results/<uuid:row>/strike/", section_views.strike, name="assessment-strike-result"),
    path("<uuid:code>/results/applies/<slug:test>/", section_views.applies, name="assessment-applies"),
    path("<uuid:code>/questionnaire/<slug:name>/", section_views.questionnaire, name="assessment-scale"),
    path("<uuid:code>/letters/", views.referrals, name="assessment-referrals"),
    path("<uuid:code>/diagnosis/", verdict_views.diagnosis, name="assessment-diagnosis"),
    path("<uuid:code>/open/<uuid:row>/done/", views.close_item, name="assessment-close-item"),
    path("<uuid:code>/verdict/", verdict_views.verdict, name="assessment-verdict"),
    path("<uuid:code>/verdict/sign/", verdict_views.sign, name="assessment-sign"),
]
