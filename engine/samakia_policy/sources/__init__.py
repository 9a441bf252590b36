"""Sources: read files and turn them into documents, before any rule runs."""
