"""Policy as code for infrastructure.

Stable: the `policy` command, `samakia_policy.rules` and the contracts. The rest may change.
"""

__version__ = "0.1.0"
