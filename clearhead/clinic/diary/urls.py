"""The patient at home; one chart for the staff."""

from django.urls import path, register_converter

from clearhead.clinic.diary import attack_views, chart_views, views


class DateConverter:
    """A calendar date, 2026-11-21."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> object:
        """The date, or no match."""
        from datetime import date

        return date.fromisoformat(value)

    def to_url(self, value: object) -> str:
        """ISO 8601."""
        return str(value)


register_converter(DateConverter, "isodate")

urlpatterns = [
    path("", views.today, name="diary-today"),
    path("day/", views.record_day, name="diary-record-day"),
    path("day/<isodate:on>/", views.one_day, name="diary-day"),
    path("calendar/", views.calendar, name="diary-calendar"),
    path("medicines/", views.medicines, name="diary-medicines"),
    path("report/", chart_views.report, name="diary-report"),
    path("export.csv", chart_views.export, name="diary-export"),
    path("sync/", views.sync, name="diary-sync"),
    path("attack/", attack_views.attack, name="diary-attack"),
    path("attack/start/", attack_views.start, name="diary-start-attack"),
    path("attack/<uuid:code>/", attack_views.details, name="diary-attack-details"),
    path("attack/<uuid:code>/worse/", attack_views.worse, name="diary-attack-worse"),
    path("attack/<uuid:code>/over/", attack_views.over, name="diary-attack-over"),
    path("attack/<uuid:code>/mistake/", attack_views.mistake, name="diary-attack-mistake"),
    path("attack/<uuid:code>/medicine/", attack_views.took_medicine, name="diary-took-medicine"),
    path("dose/", views.dose, name="diary-dose"),
    path("dose/<uuid:code>/effect/", attack_views.effect, name="diary-dose-effect"),
    path("<uuid:code>/chart/", chart_views.chart, name="diary-chart"),
]
