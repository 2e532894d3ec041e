"""Staff and their roles; one's own PIN; a patient's account."""

from django.urls import path

from clearhead.clinic.people import views, views_address, views_charts, views_details, views_devices, views_photo

urlpatterns = [
    path("me/", views.own_secrets, name="people-me"),
    path("details/", views_details.own_details, name="people-my-details"),
    path("me/address/", views_address.own_address, name="people-my-address"),
    path("new-address/<str:token>/", views_address.new_address, name="people-new-address"),
    path("course/<uuid:code>/details/", views_details.details, name="people-details"),
    path("course/<uuid:code>/address/", views_address.patient_address, name="people-address"),
    path("course/<uuid:code>/reset/", views_address.patient_reset, name="people-patient-reset"),
    path("course/<uuid:code>/photo/", views_photo.photo, name="people-photo"),
    path("course/<uuid:code>/photo/remove/", views_photo.remove_photo, name="people-photo-remove"),
    path("photo/<uuid:code>/", views_photo.face, name="people-face"),
    path("course/<uuid:code>/merge/", views_charts.merge, name="people-merge"),
    path("course/<uuid:code>/separate/", views_charts.separate, name="people-separate"),
    path("device/keep/", views_devices.keep, name="people-keep-device"),
    path("device/close/", views_devices.close, name="people-close-devices"),
    path("diary/<str:token>/", views_devices.open_diary, name="people-open-diary"),
    path("account/<str:token>/", views.open_account, name="people-open-account"),
    path("reset/<str:token>/", views.reset_by_link, name="people-reset"),
    path("<slug:site>/staff/", views.staff_list, name="people-staff"),
    path("<slug:site>/staff/invite/", views.invite, name="people-invite"),
    path("<slug:site>/staff/<uuid:person>/", views.member, name="people-member"),
    path("<slug:site>/staff/<uuid:person>/role/", views.change_role, name="people-role"),
    path("<slug:site>/staff/<uuid:person>/reset/", views.reset_password, name="people-reset-password"),
    path("<slug:site>/staff/<uuid:person>/address/", views_address.colleague_address, name="people-colleague-address"),
    path("<slug:site>/staff/<uuid:person>/credential/", views.credential, name="people-credential"),
    path("<slug:site>/staff/<uuid:person>/off/", views.switch_off, name="people-off"),
]
