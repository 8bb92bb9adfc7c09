"""Composite foreign keys: they hold a row's client (or engagement) equal to its parent's.

Django has no field for them; migrations of the higher floors add them with `same`.
"""

from django.db.migrations.operations import RunSQL


def same(table: str, columns: tuple[str, str], parent: str, parent_columns: tuple[str, str]) -> RunSQL:
    """Return the operation that adds FOREIGN KEY (columns) to parent (parent_columns), checked at commit.

    The parent needs a unique constraint over its two columns. A row with a NULL among `columns` is not checked.
    """
    name = f"{table}_{columns[0]}_same"
    return RunSQL(
        sql=f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ({", ".join(columns)}) '
        f'REFERENCES "{parent}" ({", ".join(parent_columns)}) DEFERRABLE INITIALLY DEFERRED',
        reverse_sql=f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )
