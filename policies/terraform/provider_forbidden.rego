# METADATA
# scope: package
# title: No plan uses the provider hashicorp/proxmox
# description: >-
#   hashicorp/proxmox is what Terraform assumes when nobody states a source; it is not the
#   maintained provider, and whoever owns the name owns the apply.
# custom:
#   severity: critical
#   scope: plan
#   subject: tf_required_provider
#   needs: [tf_required_provider]
#   unknown: subject
#   where: {tf_required_provider: {proxmox: true}}
#   params:
#     forbidden:
#       schema: {type: array, items: {type: string}}
#       default: [hashicorp/proxmox]
#   message: "{subject} comes from {source}, which is forbidden"
#   remediation: >-
#     State source = "telmate/proxmox" in required_providers.
package policies.terraform.provider_forbidden

findings contains {"subject": id, "at": "/source", "source": provider.source} if {
	some id, provider in input.facts.tf_required_provider
	provider.source in input.params.forbidden
}
