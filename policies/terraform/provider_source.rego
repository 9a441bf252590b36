# METADATA
# scope: package
# title: The proxmox provider comes from telmate/proxmox
# description: >-
#   Two providers manage the same API in different ways; mixing them destroys and creates again
#   what exists.
# custom:
#   severity: high
#   scope: plan
#   subject: tf_required_provider
#   needs: [tf_required_provider]
#   unknown: subject
#   where: {tf_required_provider: {proxmox: true}}
#   params:
#     source:
#       schema: {type: string}
#       default: telmate/proxmox
#   message: "{subject} comes from {source}, not from {wanted}"
#   remediation: >-
#     State source = "telmate/proxmox" in required_providers.
package policies.terraform.provider_source

findings contains {"subject": id, "at": "/source", "source": provider.source, "wanted": input.params.source} if {
	some id, provider in input.facts.tf_required_provider
	provider.source != input.params.source
}
