"""Cases of rules: small worlds, run on every runtime; what they cover, and what they would not notice."""

from samakia_policy.cases.read import case_names, read_cases
from samakia_policy.cases.run import CaseResult, run_case

__all__ = ["CaseResult", "case_names", "read_cases", "run_case"]
