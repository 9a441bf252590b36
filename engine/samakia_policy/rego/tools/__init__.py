"""The command line of the language: `policy rego eval|test|check|parse`, with OPA's flags and output."""
