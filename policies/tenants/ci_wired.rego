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
#   unknown: handled
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

import data.policies.lib.value

path := ".github/workflows/pr-validate.yml"

subject := sprintf("ci_workflow:%s", [path])

workflow := input.facts.ci_workflow[path]

lines := object.get(workflow, "commands", [])

findings contains {"subject": subject, "target": target, "path": path} if {
	some target in input.params.targets
	not workflow

	# A workflow that is there but cannot be read is unknown, not missing.
	not "ci_workflow" in input.context.incomplete
}

findings contains {"subject": subject, "target": target, "at": "/commands"} if {
	value.known(lines)
	some target in missing
}

# A line that nobody can read may be the one that runs what is missing.
unknowns contains {
	"subject": subject,
	"pointer": "/commands",
	"why": "a line that cannot be split into words may run the checks of tenants",
} if {
	not value.known(lines)
	count(missing) > 0
}

missing contains target if {
	workflow
	not checked
	some target in input.params.targets
	not made(target)
}

made(target) if {
	some words in commands
	words[0] == "make"
	target in words
}

checked if {
	some words in commands
	regex.match(`^(.*/)?policy$`, words[0])
	words[1] == "check"
	covers(words, {"--phase": "10", "--pack": "phase-10-tenants"})
	covers(words, {"--domain": "tenants"})
}

# Where none of the flags is given, everything is checked.
covers(words, wanted) if count(given(words, wanted)) == 0

covers(words, wanted) if {
	some [flag, text] in given(words, wanted)
	wanted[flag] == text
}

# Both "--phase 10" and "--phase=10" give ["--phase", "10"].
given(words, flags) := {[word, words[index + 1]] |
	some index, word in words
	flags[word]
} | {[parts[0], parts[1]] |
	some word in words
	parts := split(word, "=")
	flags[parts[0]]
}

# Each command from its first word that is neither VARIABLE=value nor a word of the shell.
commands contains array.slice(words, start, count(words)) if {
	some words in lines
	is_array(words)
	start := min([index | some index, word in words; not introduces(word)])
}

introduces(word) if word in {"!", "do", "else", "env", "exec", "if", "then", "time"}

introduces(word) if regex.match(`^[A-Za-z_][A-Za-z0-9_]*=`, word)
