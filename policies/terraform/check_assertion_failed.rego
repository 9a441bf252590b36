# METADATA
# scope: package
# title: No check of the plan failed
# description: >-
#   Terraform only warns when a check block fails, and applies all the same.
# custom:
#   severity: high
#   scope: plan
#   subject: tf_plan_check
#   needs: [tf_plan_check]
#   unknown: handled
#   absent: unknown
#   message: "{subject} has status {status}: {problems}"
#   remediation: >-
#     Remove the cause the check names, then plan again.
package policies.terraform.check_assertion_failed

findings contains {"subject": id, "at": "/status", "status": status, "problems": check.problems} if {
	some id, check in input.facts.tf_plan_check
	status := object.get(check, "status", "")
	is_string(status)
	not status in {"pass", "unknown"}
}

unknowns contains {"subject": sprintf("tf_plan_check:%s", [id]), "pointer": "/status", "why": "Terraform could not evaluate this check yet"} if {
	some id, check in input.facts.tf_plan_check
	open(check.status)
}

open(status) if status == "unknown"

open(status) if status["$unknown"]

open(status) if status["$redacted"]
