"""Users, organisations and dated memberships. Which role may do what is the domain's table, not stored here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

__all__ = ["SCOPES", "Membership", "Organisation", "Token", "User"]


class User(AbstractUser):
    """A person or a program that signs in. Django's own staff and superuser marks are not used."""

    language = models.CharField(max_length=2, default="en", choices=[("en", "English"), ("zh", "中文")])

    def memberships_on(self, day: date | None = None) -> Any:
        """The memberships that hold on a day (default: today, UTC), with their organisations."""
        day = day or timezone.now().date()
        open_ended = Q(until__isnull=True) | Q(until__gte=day)
        return self.memberships.filter(open_ended, since__lte=day).select_related("organisation", "acts_for")


class Organisation(models.Model):
    """An exporter, an end user, an authority, customs, a consulted body: whoever holds or handles records."""

    code = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2)
    regimes = models.CharField(max_length=40, blank=True)
    """For authorities and customs: the laws whose cases they handle, separated by `;`."""
    demonstration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """A user in a role of an organisation, from a day and, where given, until one (inclusive).

    A filing agent's mandate is the same thing with `acts_for`, the exporter acted for.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=40)
    teams = models.CharField(max_length=500, blank=True)
    """Codes of the teams whose cases an officer sees, separated by `;`; empty means all of the organisation's."""
    acts_for = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="membership_days"),
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "since"],
                condition=Q(acts_for__isnull=True),
                name="membership_once",
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "acts_for", "since"],
                condition=Q(acts_for__isnull=False),
                name="mandate_once",
            ),
        ]


SCOPES = (
    "read", "check", "act:application", "act:licence", "act:clearance", "act:delivery", "act:lot", "act:finding",
    "people",
)  # fmt: skip
"""What a token may be good for. `read` is for looking; `act:KIND` for steps on records of a kind; `people` for
an administrator's work."""


class Token(models.Model):
    """A key for programs: good for one user in one organisation and for its scopes alone. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    used = models.DateTimeField(null=True)

    @property
    def granted(self) -> frozenset[str]:
        """The scopes as a set."""
        return frozenset(self.scopes.split())
