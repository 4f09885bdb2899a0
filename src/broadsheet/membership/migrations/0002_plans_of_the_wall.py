from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

BENEFITS = ["ad_free", "archive", "editions", "full", "newsletters"]


def take_over(apps: Any, schema_editor: Any) -> None:
    """The prices that stood beside the wall's words become a tier with its plans, where there is none yet."""
    models = {name: apps.get_model("broadsheet_membership", name) for name in ("Tier", "Plan", "Price")}
    row = apps.get_model("broadsheet_paywall", "MeterSettings").objects.order_by("pk").first()
    if row is None or not (row.monthly_minor or row.yearly_minor) or models["Tier"].objects.exists():
        return
    tier = models["Tier"].objects.create(slug="member", name="Member", benefits=BENEFITS)
    for order, (interval, minor) in enumerate((("month", row.monthly_minor), ("year", row.yearly_minor))):
        if minor:
            trial = row.trial_days if interval == "month" or not row.monthly_minor else 0
            plan = models["Plan"].objects.create(
                tier=tier, slug=f"member-{interval}", interval=interval, trial_days=trial, sort_order=order
            )
            models["Price"].objects.create(plan=plan, currency=row.currency, minor=minor, made_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("broadsheet_membership", "0001_initial"), ("broadsheet_paywall", "0005_gifts")]
    run_before = [("broadsheet_paywall", "0007_plans_elsewhere")]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
