# METADATA
# scope: package
# title: The two lists of tenant DR testcases agree
# description: >-
#   Tenants may name the ids that contracts/tenants/_schema/dr-testcases.yml lists; the DR harness
#   runs what ops/tenants/dr/testcases.yml describes. An id in one list only is either accepted and
#   never run, or runnable and refused.
# custom:
#   severity: medium
#   scope: static
#   subject: dr_registry
#   needs: [dr_registry, dr_testcase]
#   unknown: rule
#   absent: fail
#   message: "{subject}: {problem}"
#   remediation: >-
#     Make contracts/tenants/_schema/dr-testcases.yml and ops/tenants/dr/testcases.yml hold the same
#     ids, each once, and give every testcase the mode dry-run or safe-gameday and the evidence it
#     must leave.
package policies.tenants.dr_registry_in_sync

# Sorted, so that repeated ids are neighbours.
listed := sort([[id, index] |
	is_array(input.facts.dr_registry.tenants.ids)
	some index, id in input.facts.dr_registry.tenants.ids
	is_string(id)
])

listed_ids := {id | some [id, _] in listed}

described := sort([[testcase.id, name] |
	some name, testcase in testcases
	is_string(testcase.id)
])

described_ids := {id | some [id, _] in described}

testcases[name] := testcase if {
	some name, testcase in input.facts.dr_testcase
	testcase.registry == "tenants"
}

findings contains on_list(index, sprintf("%s is listed, but no testcase describes it", [id])) if {
	some [id, index] in listed
	not id in described_ids
}

findings contains on_list(index, sprintf("%s is listed twice", [id])) if {
	some position, [id, index] in listed
	listed[position - 1][0] == id
}

findings contains on_testcase(name, "/id", "is described, but not listed") if {
	some name, testcase in testcases
	id := object.get(testcase, "id", null)
	not id in listed_ids
}

findings contains on_testcase(name, "/id", sprintf("describes %s a second time", [id])) if {
	some position, [id, name] in described
	described[position - 1][0] == id
}

findings contains on_testcase(name, "/mode", "has neither the mode dry-run nor safe-gameday") if {
	some name, testcase in testcases
	mode := object.get(testcase, "mode", null)
	not mode in {"dry-run", "safe-gameday"}
}

findings contains on_testcase(name, "/evidence_required", "requires no evidence") if {
	some name, testcase in testcases
	not requires_evidence(testcase)
}

requires_evidence(testcase) if {
	is_array(testcase.evidence_required)
	count(testcase.evidence_required) > 0
}

on_list(index, problem) := {
	"subject": "tenants",
	"at": sprintf("/ids/%d", [index]),
	"problem": problem,
}

on_testcase(name, at, problem) := {
	"subject": "tenants",
	"fact": sprintf("dr_testcase:%s", [name]),
	"at": at,
	"problem": sprintf("testcase %s %s", [name, problem]),
}
