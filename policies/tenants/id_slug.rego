# METADATA
# scope: package
# title: A tenant's id is a slug of at most 63 characters
# description: >-
#   The id becomes part of host names, secret paths and object names. Only lower-case letters,
#   digits and inner hyphens, at most 63 of them, are valid in all of those.
# custom:
#   severity: high
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   unknown: subject
#   message: "{subject} has the id {id}: not 1 to 63 lower-case letters, digits and inner hyphens"
#   remediation: >-
#     Choose an id of 1 to 63 lower-case letters, digits and inner hyphens, and rename the tenant's
#     directory to it.
package policies.tenants.id_slug

findings contains {"subject": subject, "at": "/id", "id": tenant.id} if {
	some subject, tenant in input.facts.tenant
	is_string(tenant.id)
	not regex.match(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`, tenant.id)
}
