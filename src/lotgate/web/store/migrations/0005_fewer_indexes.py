"""Fewer rows and indexes written with every step: keys that nothing is found by are gone, as are an index that the chain
is guarded by otherwise and the numbers of rows of keys. Series of numbers are spread over several rows."""

from django.db import migrations, models

_FOUND_BY = {
    "application": ("licence",),
    "clearance": ("licence", "declaration"),
    "delivery": ("licence", "end_user"),
    "licence": ("lot", "application"),
}
_COLUMNS = "kind, name, value, record, single"
_KEPT = " OR ".join(
    f"kind = '{kind}' AND name IN ({', '.join(repr(name) for name in (*names, ''))})"
    for kind, names in _FOUND_BY.items()
)
_NUMBERS = 16


class Migration(migrations.Migration):
    dependencies = [("store", "0004_lists_by_state")]

    operations = [
        migrations.RemoveConstraint(model_name="event", name="event_one_chain"),
        migrations.RunSQL(
            f"CREATE TABLE store_key_before AS SELECT {_COLUMNS} FROM store_key WHERE {_KEPT}", migrations.RunSQL.noop
        ),
        migrations.DeleteModel(name="Key"),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=300)),
                ("record", models.CharField(max_length=120)),
                ("single", models.BooleanField(default=False)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "record", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "name", "value"], name="key_find")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("single", True)), fields=("kind", "name", "value"), name="key_single"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            f"INSERT INTO store_key ({_COLUMNS}) SELECT {_COLUMNS} FROM store_key_before", migrations.RunSQL.noop
        ),
        migrations.RunSQL("DROP TABLE store_key_before", migrations.RunSQL.noop),
        migrations.RunSQL(
            "CREATE TABLE store_number_before AS SELECT series, last FROM store_number", migrations.RunSQL.noop
        ),
        migrations.DeleteModel(name="Number"),
        migrations.CreateModel(
            name="Number",
            fields=[
                ("series", models.CharField(max_length=100)),
                ("slot", models.IntegerField()),
                ("last", models.BigIntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series", "slot", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        *(
            migrations.RunSQL(
                "INSERT INTO store_number (series, slot, last)"
                f" SELECT series, {slot}, last + {slot} - {_NUMBERS} FROM store_number_before",
                migrations.RunSQL.noop,
            )
            for slot in range(1, _NUMBERS + 1)
        ),
        migrations.RunSQL("DROP TABLE store_number_before", migrations.RunSQL.noop),
    ]
