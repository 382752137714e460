"""The index by which records are found by any part of a word."""

from typing import Any

from django.db import migrations


def make(apps: Any, editor: Any) -> None:
    """An index of the records there are."""
    from lotgate.web.store import finding

    finding.make()
    finding.fill()


class Migration(migrations.Migration):
    dependencies = [("store", "0005_fewer_indexes")]

    operations = [migrations.RunPython(make)]
