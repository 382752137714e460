"""The tables of the store. Only `Event` and `File` are evidence; all the rest is projected from events or is a queue.

Written through book.py, in SQL; models are here for migrations and for reading lists.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

__all__ = [
    "Answer", "Balance", "Credential", "Event", "File", "Head", "Holding", "Job", "Key", "Line", "Number", "Record",
    "Separation", "Use",
]  # fmt: skip

ID = 120
"""The longest id of a record."""


class Event(models.Model):
    """One entry of the log, never changed: `payload` is the canonical JSON its hash is taken over."""

    book = models.CharField(max_length=40)
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    record = models.CharField(max_length=ID)
    version = models.IntegerField()
    event = models.CharField(max_length=40)
    actor = models.CharField(max_length=150)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    payload = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "sequence"], name="event_place"),
            models.UniqueConstraint(fields=["kind", "record", "version"], name="event_version"),
            models.CheckConstraint(condition=Q(sequence__gte=1, version__gte=1), name="event_counts"),
        ]


class Head(models.Model):
    """The end of each book; its row is the lock under which entries get their place."""

    book = models.CharField(max_length=40, primary_key=True)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class Record(models.Model):
    """A record as its entries left it, with the facts lists are filtered and searched by."""

    kind = models.CharField(max_length=20)
    record = models.CharField(max_length=ID)
    regime = models.CharField(max_length=8)
    state = models.CharField(max_length=40)
    version = models.IntegerField()
    facts = models.TextField()
    parts = models.TextField()
    opened = models.CharField(max_length=32)
    changed = models.CharField(max_length=32)
    exporter = models.CharField(max_length=ID, default="")
    end_user = models.CharField(max_length=ID, default="")
    lot = models.CharField(max_length=ID, default="")
    destination = models.CharField(max_length=8, default="")
    parent = models.CharField(max_length=ID, default="")
    team = models.CharField(max_length=ID, default="")
    officer = models.CharField(max_length=150, default="")
    bodies = models.CharField(max_length=1000, default="")
    valid_to = models.CharField(max_length=10, default="")
    search = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "record"], name="record_once")]
        indexes = [
            models.Index(fields=["kind", "regime", "state", "changed"], name="record_queue"),
            models.Index(fields=["kind", "exporter", "state", "changed"], name="record_of_exporter"),
            models.Index(fields=["kind", "end_user", "state", "changed"], name="record_of_end_user"),
            models.Index(fields=["kind", "officer", "state"], name="record_officer"),
        ]


class Key(models.Model):
    """A fact by which a record is found; `single` ones belong to one record of a kind alone (declaration numbers)."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=300)
    record = models.CharField(max_length=ID)
    single = models.BooleanField(default=False)
    pk = models.CompositePrimaryKey("kind", "record", "name")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name", "value"], condition=Q(single=True), name="key_single"),
        ]
        indexes = [models.Index(fields=["kind", "name", "value"], name="key_find")]


class Balance(models.Model):
    """What is taken of a licence. The checks hold in the database whatever the program does."""

    licence = models.CharField(max_length=ID, primary_key=True)
    most = models.DecimalField(max_digits=40, decimal_places=12)
    taken = models.DecimalField(max_digits=40, decimal_places=12)
    open = models.IntegerField()
    uses = models.IntegerField()
    max_uses = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(taken__gte=0, taken__lte=F("most")), name="balance_within_grant"),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses") - F("open")), name="balance_uses"
            ),
        ]


class Use(models.Model):
    """One clearance that left the country under a licence; a single-use licence has one at most."""

    clearance = models.CharField(max_length=ID, primary_key=True)
    licence = models.CharField(max_length=ID)
    single = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence"], condition=Q(single=True), name="use_single")]


class Separation(models.Model):
    """Who brought about `earlier` on a record may not bring about `event` on it; read by the trigger."""

    kind = models.CharField(max_length=20)
    event = models.CharField(max_length=40)
    earlier = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "event", "earlier"], name="separation_once")]


class Number(models.Model):
    """The last number given from each slot of a series: every slot gives each so many-th number, the smallest is given
    first, and so many steps may hold one at the same time."""

    series = models.CharField(max_length=100)
    slot = models.IntegerField()
    last = models.BigIntegerField()
    pk = models.CompositePrimaryKey("series", "slot")


class Answer(models.Model):
    """The first answer to a message, given again when it is repeated."""

    message = models.CharField(max_length=400, primary_key=True)
    digest = models.CharField(max_length=64)
    answer = models.TextField()


class Credential(models.Model):
    """A licence as it was signed, once."""

    licence = models.CharField(max_length=ID, primary_key=True)
    compact = models.TextField()
    made = models.DateTimeField(auto_now_add=True)


class File(models.Model):
    """An uploaded file, found by its SHA-256 and never changed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    uploaded = models.DateTimeField(auto_now_add=True)


class Holding(models.Model):
    """An organisation that uploaded a file, under which name; others see it only through a record they may see."""

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="holdings")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "organisation"], name="holding_once")]


class Job(models.Model):
    """A check of a workspace under way or done: who asked, how far it is, what came out."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    file = models.ForeignKey(File, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default="queued")
    stage = models.CharField(max_length=40, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    law = models.JSONField(null=True)
    counts = models.JSONField(default=dict)
    error = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-created"], name="job_of")]


class Line(models.Model):
    """One decided line of a job: its answer for lists and charts, and the whole decision."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="lines")
    position = models.IntegerField()
    line = models.CharField(max_length=200)
    date = models.DateField()
    answer = models.CharField(max_length=5)
    answers = models.JSONField()
    destination = models.CharField(max_length=2, blank=True)
    end_user = models.CharField(max_length=200, blank=True)
    holds_until = models.DateField(null=True)
    decision = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="line_once")]
        indexes = [models.Index(fields=["job", "answer"], name="line_answers")]


class Outlook(models.Model):
    """The days ahead of a job's lines, worked out once in the background: how far that is, and what came out."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="outlook")
    state = models.CharField(max_length=12, default="queued")
    stage = models.CharField(max_length=40, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    months = models.JSONField(default=list)
    """Pairs of day and counts by answer."""
    changes = models.JSONField(default=list)
    """The first changes of answers: day, line, before, after, measures."""
    more = models.IntegerField(default=0)
    """Changes beyond those."""
