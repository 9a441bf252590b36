package passing_test

test_one if 1 == 1

test_two[name] if {
	some name in ["a", "b"]
	true
}
