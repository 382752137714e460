"""The tables of a workspace: their schema, reading and checking them, the empty workbook to fill."""

from lotgate.tables.workspace import Workspace, exact, load

__all__ = ["Workspace", "exact", "load"]
