"""The reference pages of the language, made from the code: docs/rego/language.md and builtins.md."""
