"""What suppliers say of their goods: documents read into statements, statements into rows, questions and answers.

Leaves the workspace's files to `tables` and what an answer changes to `decide`.
"""

from __future__ import annotations

from lotgate.suppliers.document import Cell, Document, Paper, Share
from lotgate.suppliers.merging import Change, Merged, merge
from lotgate.suppliers.reading import read_document

__all__ = ["Cell", "Change", "Document", "Merged", "Paper", "Share", "merge", "read_document"]
