"""The questions: saved functions and queries, one a file; names in, KQL and their page out."""
