"""Every text that ships and is asked: the folders of `src/kql` in, KQL by `folder/name` out."""

from src.kql.catalogue import FUNCTIONS

KQL = FUNCTIONS.parent
TEXTS = {
    f"{path.parent.name}/{path.stem}": path.read_text(encoding="utf-8")
    for path in sorted(KQL.rglob("*.kql"))
    if FUNCTIONS not in path.parents
}
"""Queries, tiles and alerts; the saved functions are what they stand on."""
