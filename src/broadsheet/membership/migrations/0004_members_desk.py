"""The group "Members' desk", with what it may do. Permissions are made here, as Django makes them only afterwards."""

from django.db import migrations

GROUP = "Members' desk"
EDITED = ("tier", "plan", "price", "coupon", "policytext")
RIGHTS = [
    *((f"{verb}_{model}", model, f"Can {verb} {model}") for model in EDITED for verb in ("add", "change", "view")),
    ("view_customer", "customer", "Can view reader at the gateway"),
    ("change_customer", "customer", "Can change reader at the gateway"),
    ("refund", "customer", "Can give money back"),
    ("exchange", "customer", "Can take members out to a file, and bring them in from one"),
]


def make(apps, schema_editor):
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    group, new = Group.objects.get_or_create(name=GROUP)
    if not new:
        return  # staff have made one of this name: it stays as it is
    for codename, model, name in RIGHTS:
        kind, _ = ContentType.objects.get_or_create(app_label="broadsheet_membership", model=model)
        right, _ = Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
        group.permissions.add(right)
    group.permissions.add(*Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin"))


class Migration(migrations.Migration):
    dependencies = [
        ("broadsheet_membership", "0003_desk"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
