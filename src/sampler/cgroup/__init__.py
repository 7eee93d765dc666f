"""Control groups: what limits a job, and what it used of it; version 1, version 2, or both."""
