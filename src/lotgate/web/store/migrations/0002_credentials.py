"""Licences as they were signed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0001_first")]

    operations = [
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("licence", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("compact", models.TextField()),
                ("made", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
