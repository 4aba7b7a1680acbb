"""Write new controls with the state of what they control, in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from kernel.rows import as_json, columns_of, quoted
from measures.models import Control

_COLUMNS = quoted(columns_of(Control))

_WRITE = f"""
WITH taken AS (
  INSERT INTO measures_control ({_COLUMNS})
  SELECT {_COLUMNS} FROM json_populate_recordset(NULL::measures_control, %s)
  RETURNING id, property_id
), held AS (
  UPDATE measures_property SET state = v.state, reason = v.reason
  FROM json_populate_recordset(NULL::measures_property, %s) v WHERE measures_property.id = v.id
)
SELECT property_id, id FROM taken
"""  # noqa: S608  names of columns, no input


def write_controls(controls: Sequence[Control]) -> None:
    """Save new controls, one for each item, and their items' state and reason; each control gets its id.

    Joins the transaction that holds the case's lock.
    """
    items = as_json([row.property for row in controls], ("id", "state", "reason"))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [as_json(controls), items])
        ids = dict(cursor.fetchall())
    for row in controls:
        row.pk = ids[row.property_id]
        row._state.adding = False
