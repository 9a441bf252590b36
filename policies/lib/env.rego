# METADATA
# scope: package
# title: Classes of environments
package policies.lib.env

# METADATA
# title: class(name) is dev, staging, shared, prod, infra, a configured class, or "unknown"
# description: >-
#   What is configured comes first. "unknown" is its own class, and never means that an
#   environment is not production.
class(name) := configured[name] if {
	configured[name]
} else := fixed[name] if {
	fixed[name]
} else := "prod" if {
	is_string(name)
	endswith(name, "-prod")
} else := "unknown"

configured := object.get(input.context, "environments", {})

fixed := {
	"samakia-dev": "dev",
	"samakia-staging": "staging",
	"samakia-shared": "shared",
	"samakia-dns": "infra",
	"samakia-minio": "infra",
}
