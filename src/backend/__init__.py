"""Messages come in, rows in Application Insights go out."""
