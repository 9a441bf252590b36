package authz

default allow := false

allow if input.user == "alice"

allow if {
	some role in data.roles[input.user]
	role == "admin"
}

deny contains message if {
	some action in input.actions
	not action in {"read", "write"}
	message := sprintf("%s may not %s", [input.user, action])
}

limits := {"small": 1.50, "large": 1e3, "odd": [1, {"x", "<y>"}, null]}

double(x) := x * 2

broken if 1 / input.zero == 1

greeting := $"hello {input.user}"
