# METADATA
# scope: package
# title: The proxmox provider authenticates with an API token from variables
# description: >-
#   A password of a person in a provider block is a key to the whole cluster; a token can be
#   limited and revoked.
# custom:
#   severity: critical
#   scope: plan
#   subject: tf_provider_config
#   needs: [tf_provider_config]
#   uses: [tf_variable]
#   unknown: handled
#   where: {tf_provider_config: {proxmox: true}}
#   message: "{subject}: {problem}"
#   remediation: >-
#     Set pm_api_url, pm_api_token_id and pm_api_token_secret from variables, and nothing else
#     that authenticates.
package policies.terraform.token_auth_only

import data.policies.lib.value

wanted := ["pm_api_url", "pm_api_token_id", "pm_api_token_secret"]

forbidden := ["pm_user", "pm_password", "pm_otp"]

findings contains {"subject": id, "at": "/args", "problem": sprintf("%s is not set", [argument])} if {
	some id, provider in input.facts.tf_provider_config
	value.known(provider.arguments)
	some argument in wanted
	not argument in provider.arguments
}

findings contains {"subject": id, "at": sprintf("/args/%s", [argument]), "problem": sprintf("%s is not set from a variable", [argument])} if {
	some id, provider in input.facts.tf_provider_config
	some argument in wanted
	argument in provider.arguments
	not from_variable(provider, argument)
	not obscure(provider, argument)
}

findings contains {"subject": id, "at": sprintf("/args/%s", [argument]), "problem": sprintf("%s is set", [argument])} if {
	some id, provider in input.facts.tf_provider_config
	some argument in forbidden
	argument in provider.arguments
}

findings contains {"subject": sprintf("tf_variable:%s", [id]), "at": "/name", "problem": sprintf("variable %s is declared", [variable.name])} if {
	some id, variable in input.facts.tf_variable
	variable.name in forbidden
	variable.declared == true
}

unknowns contains {"subject": sprintf("tf_provider_config:%s", [id]), "pointer": "/arguments", "why": "the arguments of the provider cannot be read"} if {
	some id, provider in input.facts.tf_provider_config
	not value.known(provider.arguments)
}

unknowns contains {
	"subject": sprintf("tf_provider_config:%s", [id]),
	"pointer": sprintf("/args/%s", [argument]),
	"why": "a plan does not show what a local, or an expression without references, is made of",
} if {
	some id, provider in input.facts.tf_provider_config
	some argument in wanted
	not from_variable(provider, argument)
	obscure(provider, argument)
}

unknowns contains {"subject": sprintf("tf_variable:%s", [id]), "pointer": "/declared", "why": "the plan shows no configuration"} if {
	some id, variable in input.facts.tf_variable
	variable.name in forbidden
	not value.known(variable.declared)
}

from_variable(provider, argument) if {
	some reference in provider.args[argument].references
	startswith(reference, "var.")
}

obscure(provider, argument) if {
	some reference in provider.args[argument].references
	contains(sprintf(".%s", [reference]), ".local.")
}

# A literal that is hidden is a literal all the same; one that is no constant is not known to be one.
obscure(provider, argument) if provider.args[argument].value["$unknown"]
