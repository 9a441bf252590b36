# METADATA
# scope: package
# title: Nothing turns off TLS verification of the Proxmox API
# description: >-
#   Whoever answers instead of the API gets the token. The certificate authority can be trusted
#   instead.
# custom:
#   severity: critical
#   scope: plan
#   subject: tf_provider_config
#   needs: [tf_provider_config]
#   uses: [tf_variable]
#   unknown: subject
#   where: {tf_provider_config: {proxmox: true}}
#   message: "{subject} mentions pm_tls_insecure"
#   remediation: >-
#     Remove pm_tls_insecure, whatever its value, and trust the CA on the runner.
package policies.terraform.insecure_tls

findings contains {"subject": id, "at": "/args/pm_tls_insecure"} if {
	some id, provider in input.facts.tf_provider_config
	"pm_tls_insecure" in provider.arguments
}

findings contains {"subject": sprintf("tf_variable:%s", [id]), "at": "/name"} if {
	some id, variable in input.facts.tf_variable
	variable.name == "pm_tls_insecure"
}
