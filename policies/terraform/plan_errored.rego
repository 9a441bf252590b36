# METADATA
# scope: package
# title: The plan is whole
# description: >-
#   A plan that stopped half-way shows only a part of what would change.
# custom:
#   severity: high
#   scope: plan
#   subject: tf_plan
#   needs: [tf_plan]
#   unknown: subject
#   message: "{subject} {problem}"
#   remediation: >-
#     Remove the error that `terraform plan` printed, then plan again.
package policies.terraform.plan_errored

findings contains {"subject": id, "at": "/errored", "problem": "stopped with an error"} if {
	some id, plan in input.facts.tf_plan
	not plan.errored == false
}

findings contains {"subject": id, "at": "/complete", "problem": "is incomplete"} if {
	some id, plan in input.facts.tf_plan
	not plan.complete == true
}
