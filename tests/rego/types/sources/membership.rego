# case: number in strings
r if 1 in ["a", "b"]

# case: string in numbers
r if "a" in {1, 2}

# case: value in an object
r if "a" in {"a": 1}

# case: key and value
r if "a", 1 in ["x"]

# case: key and value of an object
r if 1, "x" in {"a": "x"}

# case: value of another type with a key
r if 0, 1 in ["x"]

# case: rule's set
allowed := {"a", "b"}

r if 1 in allowed

# case: rule's partial set
allowed contains x if some x in ["a", "b"]

r if 1 in allowed

# case: in a number
r if 1 in 2

# case: in a string
r if "a" in "abc"

# case: in an empty array
r if 1 in []

# case: array in arrays
r if [1, 2] in [["a", "b"]]

# case: object in objects
r if {"a": 1} in [{"a": "x"}]

# case: some of another type
r if {
	some x in [1, 2]
	x == "a"
}

# case: some with a key of another type
r if {
	some k, v in {"a": 1}
	k == v
}

# case: some over a set
r if {
	some x in {"a"}
	x + 1 == 2
}

# case: some with a pattern
r if {
	some [x, y] in [[1, "a"], [2, "b"]]
	x == y
}

# case: some with a pattern of another length
r if {
	some [x, y] in [[1], [2]]
	x == y
}

# case: some with a pattern of an object
r if {
	some {"a": x} in [{"b": 1}]
	x == 1
}

# case: some with a constant in a pattern
r if {
	some {"kind": "vm", "size": x} in [{"kind": 1, "size": 2}]
	x == 1
}

# case: some over a union
c := [1] if input.a

c := {"a"} if input.b

r if {
	some x in c
	x == true
}

# case: not in
r if not 1 in ["a"]

# case: in as a value
r := 1 in ["a"]

# case: in a call
r if count([x | some x in [1]; x in ["a"]]) == 1

# case: in the result of a call
r if 1 in split("a", "b")

# case: union in union
x := 1 if input.a

x := "a" if input.b

r if x in [true, null]

# case: every in of another type
r if every x in [1] { x in ["a"] }

# case: some in every
r if every x in [1, 2] {
	some y in ["a"]
	x == y
}

# case: nested some
r if {
	some x in [[1], [2]]
	some y in x
	y == "a"
}

# case: some over a comprehension
r if {
	some x in [y | some y in [1]]
	x == "a"
}

# case: key of an array
r if {
	some i, _ in ["a"]
	startswith(i, "a")
}

# case: set's key is its element
r if {
	some k, v in {1, 2}
	k == "a"
	v == 1
}
