# METADATA
# scope: package
# title: A tenant's recovery objectives are durations in minutes, hours or days
# description: >-
#   DR checks compare backups and restores with rpo and rto. A value that does not parse as a
#   duration cannot be compared with anything.
# custom:
#   severity: low
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   unknown: subject
#   message: "{subject} has {objective} {value}, which is not a whole number followed by m, h or d"
#   remediation: >-
#     Write spec.dr.rpo and spec.dr.rto in tenant.yml as a whole number and a unit, such as 30m, 24h
#     or 2d.
package policies.tenants.dr_durations

findings contains {
	"subject": id,
	"at": sprintf("/%s", [objective]),
	"objective": objective,
	"value": value,
} if {
	some id, tenant in input.facts.tenant
	some objective in ["rpo", "rto"]
	value := tenant[objective]
	is_string(value)
	not regex.match(`^[0-9]{1,9}[mhd]$`, value)
}
