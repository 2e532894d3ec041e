"""/welcome/…: public pages, booking, and the desk."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from clearhead.clinic.welcome import views, views_booking, views_desk, views_door, views_waiting


class DayConverter:
    """A date in a URL: 2026-11-24."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """As a date; an impossible one leads nowhere."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """As text."""
        return value if isinstance(value, str) else value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("", views.front, name="welcome-front"),
    path("door/", views_door.door, name="welcome-door"),
    path("held/<str:token>/", views_booking.held, name="welcome-held"),
    path("booking/<str:token>/", views_booking.booking, name="welcome-booking"),
    path("booking/<str:token>/calendar/", views_booking.calendar_of, name="welcome-calendar"),
    path("booking/<str:token>/move/", views_booking.move_day, name="welcome-move"),
    path("booking/<str:token>/move/<day:day>/", views_booking.move_time, name="welcome-move-time"),
    path("booking/<str:token>/cancel/", views_booking.cancel, name="welcome-cancel"),
    path("booking/<str:token>/room/", views_booking.room, name="welcome-room"),
    path("enquiry/<uuid:code>/", views_desk.enquiry, name="welcome-enquiry"),
    path("enquiry/<uuid:code>/note/", views_desk.note, name="welcome-note"),
    path("enquiry/<uuid:code>/course/", views_desk.open_course, name="welcome-open-course"),
    path("desk/<uuid:code>/", views_desk.desk_book, name="welcome-desk-book"),
    path("desk/<uuid:code>/invite/", views_desk.invite, name="welcome-invite"),
    path("desk/booking/<uuid:code>/cancel/", views_desk.desk_cancel, name="welcome-desk-cancel"),
    path("<slug:site>/", views.site, name="welcome-site"),
    path("<slug:site>/learn/", views.learn, name="welcome-learn"),
    path("<slug:site>/learn/<slug:page>/", views.page, name="welcome-page"),
    path("<slug:site>/ask/", views.ask, name="welcome-ask"),
    path("<slug:site>/asked/", views.asked, name="welcome-asked"),
    path("<slug:site>/book/", views_booking.book, name="welcome-book"),
    path("<slug:site>/book/<uuid:offer>/", views_booking.book_day, name="welcome-book-day"),
    path("<slug:site>/book/<uuid:offer>/wait/", views_booking.wait, name="welcome-wait"),
    path("<slug:site>/book/<uuid:offer>/<day:day>/", views_booking.book_time, name="welcome-book-time"),
    path("waiting/<uuid:code>/leave/", views_waiting.wants_no_more, name="welcome-wants-no-more"),
    path("list/<str:token>/", views_waiting.leave, name="welcome-leave"),
    path("desk/<uuid:code>/wait/", views_waiting.earlier, name="welcome-earlier"),
    path("<slug:site>/waiting/", views_waiting.waiting, name="welcome-waiting"),
    path("<slug:site>/inbox/", views_desk.inbox, name="welcome-inbox"),
    path("<slug:site>/desk/", views_desk.desk, name="welcome-desk"),
]
