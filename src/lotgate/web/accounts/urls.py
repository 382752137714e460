"""Addresses of accounts: those of allauth that need no mail. Who forgot a password asks the operator."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from django.http import Http404
from django.urls import include, path


def _none(request: Any) -> Any:
    raise Http404


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("signup/", _none, name="account_signup"),  # allauth wants the name; nobody signs up
    path("2fa/", include("allauth.mfa.urls")),
]
