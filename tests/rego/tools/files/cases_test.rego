package cases_test

test_ground.x if 1 == 1

test_deep[a].b[c] if {
	some a in ["p", "q"]
	some c in [1, 2]
	a != "p"
}

test_false[n] := v if some n, v in {"k": true, "l": false, "m": 3}
test_set contains x if some x in [1]

test_manual[k] if {
	some k in ["u", "v"]
	internal.test_case([k])
	k == "u"
}

todo_test_x[k] if some k in [1]
a.b.test_in.c := true
test_dup := true

test_dup[x] if {
	x := "y"
	x == "z"
}

default test_def := false

test_obj := {"a": true, "b": false}
test_fn(x) := x
test_input if not input.x

test_obj_key[{"a": k}] if {
	some k in [1, 2]
	k == 1
}

test_num[k] if {
	some k in [1, 2]
	k == 1
}

test_print[k] if {
	some k in [1, 2]
	print("k", k)
	k == 1
}
