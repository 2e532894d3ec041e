"""The WSGI application that `serve` runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clearhead.clinic.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
