"""What generated code calls: lookups, loops, documents, `with`, errors. Nothing here knows the syntax tree."""
