"""The members' desk has no part in pictures and files: takes back what it was given by the order of migrations.

Wagtail once gave every group that may enter the admin the right to choose all of them, drafts' too (its 0011 and 0023).
Where its turn came after the group was made, the group has that right, and nobody meant it to.
"""

from django.db import migrations

GROUP = "Members' desk"


def take(apps, schema_editor):
    rights = apps.get_model("wagtailcore", "GroupCollectionPermission").objects.filter(group__name=GROUP)
    if not rights.exclude(permission__codename__in=["choose_image", "choose_document"]).exists():
        rights.delete()  # else staff made an editors' desk of it


class Migration(migrations.Migration):
    dependencies = [
        ("broadsheet_membership", "0007_customer_version"),
        ("wagtailcore", "0026_group_collection_permission"),
        ("wagtaildocs", "0011_add_choose_permissions"),
        ("wagtailimages", "0023_add_choose_permissions"),
    ]

    operations = [migrations.RunPython(take, migrations.RunPython.noop)]
