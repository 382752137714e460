"""Users, organisations and dated memberships. Which role may do what is the domain's table, not stored here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

__all__ = ["Membership", "Organisation", "User"]


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
    regime = models.CharField(max_length=8, blank=True)
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
