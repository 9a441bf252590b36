# METADATA
# scope: package
# title: The proxmox provider is pinned to one exact version
# description: >-
#   A provider that moves by itself changes what the same code does; this one has broken state
#   between releases.
# custom:
#   severity: high
#   scope: plan
#   subject: tf_required_provider
#   needs: [tf_required_provider]
#   unknown: subject
#   where: {tf_required_provider: {proxmox: true}}
#   params:
#     versions:
#       schema: {type: object, additionalProperties: {type: string}}
#       default: {telmate/proxmox: 3.0.2-rc07}
#   message: "{subject} has constraint {constraint}, not exactly {wanted}"
#   remediation: >-
#     State version = "3.0.2-rc07" in required_providers.
package policies.terraform.provider_version_pinned

findings contains {
	"subject": id,
	"at": "/constraint",
	"constraint": object.get(provider, "constraint", "none"),
	"wanted": wanted,
} if {
	some id, provider in input.facts.tf_required_provider
	wanted := input.params.versions[provider.source]
	not provider.implied == true
	not pinned(object.get(provider, "constraint", ""), wanted)
}

pinned(constraint, wanted) if trim_space(trim_prefix(trim_space(constraint), "=")) == wanted
