package authz_test

import data.authz

test_alice if authz.allow with input as {"user": "alice"}

test_bob_denied if not authz.allow with input as {"user": "bob"}

test_fails if {
	x := 3
	x == 4
}

test_prints if {
	print("seen", {"a": 1}, input.missing)
	authz.double(2) == 4
}

todo_test_later if false

test_number := 3

test_double[case.note] if {
	some case in [{"note": "two", "x": 2, "want": 4}, {"note": "three", "x": 3, "want": 7}]
	authz.double(case.x) == case.want
}

test_twice if true

test_twice if false

group.test_inner if true

test_nested[outer][inner] if {
	some outer in ["a", "b"]
	some inner in [1, 2]
	inner < 2
}

test_conflict if conflict == 1

conflict := 1 if true

conflict := 2 if true
