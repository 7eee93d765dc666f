"""The questions: saved functions and queries, one a file."""
