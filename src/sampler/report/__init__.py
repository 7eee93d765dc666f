"""What a summary and a report are made of: curves, words, sections."""
