"""The WSGI application, for `lotgate serve` and for other servers: `lotgate.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lotgate.web.settings")

application = get_wsgi_application()
