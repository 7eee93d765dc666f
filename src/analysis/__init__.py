"""Pure reasoning on records: durations. Standard library, Python >= 3.9."""
