"""Files as others have long known them, one format a module: values in, what is written out."""
