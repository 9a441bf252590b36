"""The `policy` command: the only place that knows exit codes, the clock and the environment."""
