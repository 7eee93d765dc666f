"""What everything is made of: times, ids, records, names. Pure, standard library, Python >= 3.9."""
