"""What generated code calls: lookups, loops, documents, `with`. Nothing here knows the syntax tree."""
