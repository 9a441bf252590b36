"""The built-in functions, one module per family as in OPA's documentation."""
