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
#   reads:
#     tf_provider_config: [name, arguments, args]
#     tf_variable: [name]
#   unknown: subject
#   where: {tf_provider_config: {proxmox: true}}
#   message: "{subject}: {problem}"
#   remediation: >-
#     Set pm_api_url, pm_api_token_id and pm_api_token_secret from variables, and nothing else
#     that authenticates.
package policies.terraform.token_auth_only

wanted := ["pm_api_url", "pm_api_token_id", "pm_api_token_secret"]

forbidden := ["pm_user", "pm_password", "pm_otp"]

findings contains {"subject": id, "at": "/args", "problem": sprintf("%s is not set", [argument])} if {
	some id, provider in input.facts.tf_provider_config
	some argument in wanted
	not argument in provider.arguments
}

findings contains {"subject": id, "at": sprintf("/args/%s", [argument]), "problem": sprintf("%s is not set from a variable", [argument])} if {
	some id, provider in input.facts.tf_provider_config
	some argument in wanted
	argument in provider.arguments
	not from_variable(provider, argument)
}

findings contains {"subject": id, "at": sprintf("/args/%s", [argument]), "problem": sprintf("%s is set", [argument])} if {
	some id, provider in input.facts.tf_provider_config
	some argument in forbidden
	argument in provider.arguments
}

findings contains {"subject": sprintf("tf_variable:%s", [id]), "at": "/name", "problem": sprintf("variable %s is declared", [variable.name])} if {
	some id, variable in input.facts.tf_variable
	variable.name in forbidden
}

from_variable(provider, argument) if {
	some reference in provider.args[argument].references
	startswith(reference, "var.")
}
