package covered

default allow := false

allow if input.user == "alice"

allow if {
	some r in data.roles
	r == input.user
	not banned
} else := 3 if {
	input.z > 1
	input.y
}

banned if input.user in {"x", "y"}

s contains x if {
	some x in [1, 2, 3]
	x > 1
	y := [z | some z in [1]; z > 2]
	every q in [1, 2] { q > 0 }
}

o[k] := v if some k, v in {"a": 1}
unused := {"a": 1}
t := true
f(x) := x + 1 if x > 0
g := f(1) + f(-1)

h if {
	true
	input.nope.deep == 1
}
