"""The full-text structures beside the search table, kept in step by the database itself."""

from django.db import migrations

TABLE = "broadsheet_newsroom_searchentry"
SQLITE = [
    f"""CREATE VIRTUAL TABLE newsroom_fulltext USING fts5(
        headline, text, content='{TABLE}', content_rowid='id', tokenize='unicode61 remove_diacritics 0'
    )""",
    f"""CREATE TRIGGER newsroom_fulltext_new AFTER INSERT ON {TABLE} BEGIN
        INSERT INTO newsroom_fulltext(rowid, headline, text) VALUES (new.id, new.headline, new.text);
    END""",
    f"""CREATE TRIGGER newsroom_fulltext_gone AFTER DELETE ON {TABLE} BEGIN
        INSERT INTO newsroom_fulltext(newsroom_fulltext, rowid, headline, text)
        VALUES ('delete', old.id, old.headline, old.text);
    END""",
    f"""CREATE TRIGGER newsroom_fulltext_other AFTER UPDATE ON {TABLE} BEGIN
        INSERT INTO newsroom_fulltext(newsroom_fulltext, rowid, headline, text)
        VALUES ('delete', old.id, old.headline, old.text);
        INSERT INTO newsroom_fulltext(rowid, headline, text) VALUES (new.id, new.headline, new.text);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER newsroom_fulltext_new",
    "DROP TRIGGER newsroom_fulltext_gone",
    "DROP TRIGGER newsroom_fulltext_other",
    "DROP TABLE newsroom_fulltext",
]
POSTGRESQL = [
    f"""ALTER TABLE {TABLE} ADD COLUMN fulltext tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', headline), 'A') || setweight(to_tsvector('simple', text), 'C')
    ) STORED""",
    f"CREATE INDEX newsroom_fulltext ON {TABLE} USING gin (fulltext)",
]
POSTGRESQL_BACK = ["DROP INDEX newsroom_fulltext", f"ALTER TABLE {TABLE} DROP COLUMN fulltext"]


def make(apps, schema_editor):
    _run(schema_editor, {"sqlite": SQLITE, "postgresql": POSTGRESQL})


def take_away(apps, schema_editor):
    _run(schema_editor, {"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK})


def _run(schema_editor, statements):
    vendor = schema_editor.connection.vendor
    if vendor not in statements:
        raise NotImplementedError(f"Broadsheet searches on SQLite and PostgreSQL, not on {vendor}.")
    for statement in statements[vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("broadsheet_newsroom", "0001_initial")]
    operations = [migrations.RunPython(make, take_away)]
