"""Built-ins that are refused on purpose, and why. The documentation prints this list."""

from __future__ import annotations

_NETWORK = "sends requests: a decision must not depend on what a server answers today"
_GRAPHQL = "needs a parser and validator of another language; check GraphQL before it becomes facts"

REFUSED: dict[str, str] = {
    "http.send": _NETWORK,
    "providers.aws.sign_req": "signs requests with cloud credentials, which rules must not hold",
    **dict.fromkeys(
        (
            "graphql.is_valid",
            "graphql.parse",
            "graphql.parse_and_verify",
            "graphql.parse_query",
            "graphql.parse_schema",
            "graphql.schema_is_valid",
        ),
        _GRAPHQL,
    ),
}
"""Never available: name and reason."""

EFFECTS: dict[str, str] = {
    "net.lookup_ip_addr": "network",
    "opa.runtime": "environment",
    "rand.intn": "random",
    "uuid.rfc4122": "random",
}
"""Available only to a caller that permits the effect (see Context.allowed); refused in rules."""
