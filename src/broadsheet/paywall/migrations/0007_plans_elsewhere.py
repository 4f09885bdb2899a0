from django.db import migrations, models


class Migration(migrations.Migration):
    """What a membership costs is membership's to say."""

    dependencies = [("broadsheet_paywall", "0006_receipts")]

    operations = [
        *(
            migrations.RemoveField("metersettings", name)
            for name in ("currency", "monthly_minor", "yearly_minor", "trial_days")
        ),
        migrations.AlterField(
            "metersettings",
            "join_url",
            models.CharField(
                blank=True,
                help_text=(
                    "The address behind the plans' buttons, where they are sold elsewhere. "
                    "Left empty, they are sold here."
                ),
                max_length=255,
                verbose_name="where to join",
            ),
        ),
    ]
