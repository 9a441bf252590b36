"""Evidence: what was decided, who agreed and when, in a form that a stranger can verify."""
