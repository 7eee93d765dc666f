"""The local stand-in for Application Insights: ingestion, tables, KQL."""
