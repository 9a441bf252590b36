# Twenty rules of the kind that people write against a Terraform plan. They run unchanged on every engine.
package bench

resources := input.planned_values.root_module.resources

deny contains msg if {
	some r in resources
	r.type == "aws_s3_bucket"
	r.values.acl == "public-read"
	msg := sprintf("%s: bucket is public", [r.address])
}

deny contains msg if {
	some r in resources
	r.type == "aws_s3_bucket"
	not r.values.encrypted
	msg := sprintf("%s: bucket is not encrypted", [r.address])
}

deny contains msg if {
	some r in resources
	r.type == "aws_instance"
	r.values.instance_type in {"m5.24xlarge", "p4d.24xlarge"}
	msg := sprintf("%s: %s is too large", [r.address, r.values.instance_type])
}

deny contains msg if {
	some r in resources
	r.type == "aws_instance"
	r.values.monitoring == false
	msg := sprintf("%s: monitoring is off", [r.address])
}

deny contains msg if {
	some r in resources
	not r.values.tags.owner
	msg := sprintf("%s: has no owner", [r.address])
}

deny contains msg if {
	some r in resources
	some key, value in r.values.tags
	value == ""
	msg := sprintf("%s: tag %s is empty", [r.address, key])
}

deny contains msg if {
	some r in resources
	not regex.match(`^[a-z][a-z0-9_-]+$`, r.values.name)
	msg := sprintf("%s: bad name %s", [r.address, r.values.name])
}

deny contains msg if {
	some r in resources
	r.type == "aws_security_group_rule"
	some cidr in r.values.cidr_blocks
	cidr == "0.0.0.0/0"
	r.values.from_port <= 22
	r.values.to_port >= 22
	msg := sprintf("%s: ssh is open to the world", [r.address])
}

deny contains msg if {
	some r in resources
	r.type == "aws_security_group_rule"
	r.values.to_port - r.values.from_port > 1000
	msg := sprintf("%s: opens %d ports", [r.address, r.values.to_port - r.values.from_port])
}

deny contains msg if {
	some r in resources
	r.type == "aws_db_instance"
	r.values.backup_retention < 7
	msg := sprintf("%s: keeps backups for %d days", [r.address, r.values.backup_retention])
}

deny contains msg if {
	some r in resources
	r.type == "aws_db_instance"
	startswith(r.values.engine_version, "9.")
	msg := sprintf("%s: runs %s %s", [r.address, r.values.engine, r.values.engine_version])
}

deny contains msg if {
	some r in resources
	r.type == "aws_db_instance"
	r.values.publicly_accessible
	not endswith(r.values.name, "-dmz")
	msg := sprintf("%s: is public", [r.address])
}

deny contains msg if {
	some r in resources
	count(r.values.tags) < 2
	msg := sprintf("%s: has %d tags", [r.address, count(r.values.tags)])
}

deny contains msg if {
	some r in resources
	r.values.tags.env == "prod"
	r.values.size_gb < 10
	msg := sprintf("%s: %d GB is too small for prod", [r.address, r.values.size_gb])
}

deny contains msg if {
	some r in resources
	not allowed_region(r.values.region)
	msg := sprintf("%s: region %s is not allowed", [r.address, r.values.region])
}

allowed_region("eu-central-1")

allowed_region("eu-west-1")

deny contains msg if {
	some r in resources
	every subnet in r.values.subnets {
		startswith(subnet, "public-")
	}
	count(r.values.subnets) > 0
	msg := sprintf("%s: lies in public subnets only", [r.address])
}

deny contains msg if {
	some r in resources
	contains(lower(r.values.description), "temporary")
	msg := sprintf("%s: is temporary", [r.address])
}

deny contains msg if {
	some r in resources
	r.values.retention_days > max_retention[r.values.tags.env]
	msg := sprintf("%s: keeps data for %d days", [r.address, r.values.retention_days])
}

max_retention := {"dev": 14, "staging": 30, "prod": 365}

deny contains msg if {
	some type, n in per_type
	n > 100000
	msg := sprintf("%d resources of type %s", [n, type])
}

per_type[type] := n if {
	some type in {r.type | some r in resources}
	n := count([r | some r in resources; r.type == type])
}

deny contains msg if {
	some r in resources
	parts := split(r.address, ".")
	parts[1] != r.values.name
	r.values.strict_names
	msg := sprintf("%s: address and name differ", [r.address])
}
