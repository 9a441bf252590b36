# METADATA
# scope: package
# title: Pull requests run the checks of tenants
# description: >-
#   A check that no pull request runs is a check that nobody passes.
# custom:
#   severity: medium
#   scope: static
#   subject: ci_workflow
#   needs: [ci_workflow]
#   reads:
#     ci_workflow: [commands]
#   unknown: rule
#   absent: fail
#   requires: fabric
#   params:
#     targets:
#       schema: {type: array, items: {type: string}}
#       default: [tenants.validate, tenants.capacity.validate, tenants.execute.policy.check, tenants.dr.validate]
#   message: "{subject} does not run {target}"
#   remediation: >-
#     Run the make target in .github/workflows/pr-validate.yml, or `policy check` with the pack of
#     phase 10.
package policies.tenants.ci_wired

workflow := ".github/workflows/pr-validate.yml"

commands := object.get(input.facts.ci_workflow, [workflow, "commands"], [])

findings contains {"subject": sprintf("ci_workflow:%s", [workflow]), "target": target, "path": workflow} if {
	some target in input.params.targets
	not input.facts.ci_workflow[workflow]
}

findings contains {"subject": sprintf("ci_workflow:%s", [workflow]), "target": target, "at": "/commands"} if {
	input.facts.ci_workflow[workflow]
	some target in input.params.targets
	not made(target)
	not checked
}

made(target) if {
	some command in commands
	command[0] == "make"
	target in command
}

checked if {
	some command in commands
	some index, word in command
	regex.match(`(^|/)policy$`, word)
	command[index + 1] == "check"
	covers(array.slice(command, index + 2, count(command)))
}

covers(words) if {
	not narrowed(words, {"--phase", "--pack"})
	not narrowed(words, {"--domain"})
}

covers(words) if {
	chosen(words, "--phase", "10")
	not narrowed(words, {"--domain"})
}

covers(words) if {
	chosen(words, "--pack", "phase-10-tenants")
	not narrowed(words, {"--domain"})
}

narrowed(words, flags) if {
	some word in words
	split(word, "=")[0] in flags
}

chosen(words, flag, value) if sprintf("%s=%s", [flag, value]) in words

chosen(words, flag, value) if {
	some index, word in words
	word == flag
	words[index + 1] == value
}
