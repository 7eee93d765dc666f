"""Parsers of /proc, one a kernel file: bytes in, values out, None where there is no data."""
