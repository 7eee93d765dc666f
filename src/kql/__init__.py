"""The questions: saved functions and queries, one a file, and the page on what they ask of."""
