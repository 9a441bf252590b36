# case: number and string
r if 1 = "a"

# case: number and string by comparison
r if 1 == "a"

# case: boolean and null
r if true == null

# case: string and array
r if "a" == ["a"]

# case: array and set
r if [1] == {1}

# case: object and set
r if {"a": 1} == {"a"}

# case: array and object
r if [1] == {0: 1}

# case: arrays of different lengths
r if [1, 2] == [1, 2, 3]

# case: arrays of different elements
r if [1, "a"] == [1, 2]

# case: nested arrays
r if [1, [2, "a"]] == [1, [2, 3]]

# case: objects of different keys
r if {"a": 1} == {"b": 1}

# case: objects of different values
r if {"a": 1} == {"a": "x"}

# case: objects with one key more
r if {"a": 1} == {"a": 1, "b": 2}

# case: nested objects
r if {"a": {"b": 1}} == {"a": {"b": "x"}}

# case: objects with a key that is a variable
r if {
	k := "a"
	{k: 1} == {"a": "x"}
}

# case: sets of different elements
r if {1} == {"a"}

# case: sets of sets
r if {{1}} == {{"a"}}

# case: empty array and a full one
r if [] == [1]

# case: empty object and a full one
r if {} == {"a": 1}

# case: empty set and a full one
r if set() == {1}

# case: empty set and an array
r if set() == []

# case: pattern of an array too short
r if {
	a := [1, 2, 3]
	[x, y] = a
	x == y
}

# case: pattern of an array too long
r if {
	a := [1]
	[x, y] = a
	x == y
}

# case: pattern of an array with a wrong constant
r if {
	[x, "a"] = [1, 2]
	x == 1
}

# case: pattern of an object without the key
r if {
	a := {"b": 1}
	{"a": x} = a
	x == 1
}

# case: pattern of an object with a wrong constant
r if {
	{"a": x, "b": "s"} = {"a": 1, "b": 2}
	x == 1
}

# case: pattern of a scalar
r if {
	a := 1
	[x] = a
	x == 1
}

# case: pattern of a string
r if {
	a := "s"
	{"a": x} = a
	x == 1
}

# case: pattern against a set
r if {
	a := {1}
	[x] = a
	x == 1
}

# case: nested pattern
r if {
	a := [[1], 2]
	[[x, y], z] = a
	x == y
	y == z
}

# case: pattern then used as another type
r if {
	[x, y] = [1, "a"]
	x == y
}

# case: pattern of an object then used as another type
r if {
	{"a": x, "b": y} = {"a": 1, "b": "s"}
	x == y
}

# case: pattern of an array without a fixed length
r if {
	[x, y] = split("a,b", ",")
	x == 1
	y == "b"
}

# case: pattern of what a comprehension gives
r if {
	[x] = [n | some n in [1, 2]]
	x == "a"
}

# case: variable assigned twice by unification
r if {
	x = 1
	x = "a"
}

# case: variable through another variable
r if {
	x = y
	y = 1
	x = "a"
}

# case: rule and constant
n := 1

r if n == "a"

# case: rule and rule
n := 1

s := "a"

r if n == s

# case: union and constant
x := 1 if input.a

x := "a" if input.b

r if x == true

# case: union and union
x := 1 if input.a

x := "a" if input.b

y := true if input.a

y := null if input.b

r if x == y

# case: result of a call
r if count([1]) == "a"

# case: result of a call and of another
r if count([1]) == lower("A")

# case: element of an array
r if [1, 2][_] == "a"

# case: value of an object
r if {"a": 1}[_] == "a"

# case: key of an object
r if {"a": 1}[k] == k

# case: comprehension of another type
r if [x | some x in [1]] == ["a"]

# case: set comprehension of another type
r if {x | some x in [1]} == {"a"}

# case: object comprehension of another type
r if {k: v | some k, v in {"a": 1}} == {"a": "x"}

# case: array comprehension and a set
r if [x | some x in [1]] == {1}

# case: unknown and constant
r if {
	x := input.a
	[x, 1] == [2, "a"]
}

# case: hint at objects that are wide
r if {"first_name": "a", "last_name": "b", "age": 1, "address": {"street": "c"}} == {"first_name": "a"}

# case: wide objects with one difference
r if {"first": "a", "second": "b", "third": 1, "fourth": {"x": "c"}} == {"first": "a", "second": 2, "third": 1, "fourth": {"x": "c"}}

# case: wide objects with a nested difference
r if {"first": "a", "second": "b", "third": 1, "fourth": {"x": "c", "y": [1, 2, 3]}} == {"first": "a", "second": "b", "third": 1, "fourth": {"x": "c", "y": [1, 2, "z"]}}

# case: wide arrays of different lengths
r if [["aaaaaa", 1, true], {"a": 1, "b": 2, "c": "ddd"}, {"e": [1, 2, 3]}, null] == [["aaaaaa", 1, true], {"a": 1, "b": 2, "c": "ddd"}]

# case: wide arrays with one difference
r if [["aaaaaa", 1, true], {"a": 1, "b": 2, "c": "ddd", "e": {"f": {"g": 1}}}] == [["aaaaaa", 1, true], {"a": 1, "b": 2, "c": 3, "e": {"f": {"g": 1}}}]

# case: wide sets
r if {{"a": 1, "b": 2, "c": "ddd", "e": {"f": {"g": 1}}}} == {{"a": 1, "b": 2, "c": 3, "e": {"f": {"g": 1}}}}

# case: wide unions
x := {"a": 1, "b": [1, 2, 3, 4, 5, 6]} if input.a

x := {"c": 1, "d": [1, 2, 3, 4, 5, 6]} if input.b

y := {"e": 1, "f": [1, 2, 3, 4, 5, 6]} if input.a

y := "s" if input.b

r if x == y

# case: wide and narrow
r if {"first": "a", "second": "b", "third": 1, "fourth": {"x": "c"}, "fifth": [1, 2, 3, 4, 5]} == 1

# case: wide nested deeply
r if {"aaaaaaaaaaaa": {"bbbbbbbbbbbb": {"cccccccccccc": {"dddddddddddd": {"eeeeeeeeeeee": 1}}}}} == {"aaaaaaaaaaaa": {"bbbbbbbbbbbb": {"cccccccccccc": {"dddddddddddd": {"eeeeeeeeeeee": "x"}}}}}

# case: wide objects with dynamic keys
r if {
	a := {k: {"first": 1, "second": [1, 2, 3, 4, 5, 6, 7, 8, 9]} | some k in ["a"]}
	b := {k: {"first": 1, "second": [1, 2, 3, 4, 5, 6, 7, 8, "x"]} | some k in ["a"]}
	a == b
}

# case: wide objects with missing properties on both sides
r if {"alpha": [1, 2, 3, 4, 5], "beta": 1, "gamma": "g"} == {"beta": 1, "delta": [1, 2, 3, 4, 5, 6, 7, 8], "gamma": "g"}

# case: comparison that is not equality
r if 1 != "a"

# case: order between types
r if 1 < "a"

# case: negated
r if not 1 == "a"

# case: inside an array comprehension
r := [x | x := 1; x == "a"]

# case: inside a set comprehension
r := {x | x := 1; x == "a"}

# case: inside an object comprehension
r := {x: 1 | x := 1; x == "a"}

# case: inside nested comprehensions
r := [[y | y := x; y == "a"] | some x in [1, 2]]

# case: comprehension with a fault in its term
o := {"a": 1}

r := [o.b | true]

# case: comprehension compared to another type
r if [1 | true] == "a"

# case: two faulty comprehensions in one literal
r if [x | x := 1; x == "a"] == [x | x := 2; x == "b"]

# case: inside every
r if every x in [1, 2] { x == "a" }

# case: a comprehension inside every
r if every x in [1, 2] { count([y | y := 1; y == "a"]) == x }

# case: domain of every
o := {"a": 1}

r if every x in o.b { x == 1 }

# case: reference inside every
o := {"a": 1}

r if every x in [1] { o.b == x }

# case: every over a number
r if every x in 1 { x == 1 }

# case: body of every with a key of another type
a := [1, 2]

r if every k, v in {"a": 1} { a[k] == v }

# case: type of a variable inside every is not told
r if every x in ["a"] { x + 1 == 2 }

# case: else
r := 1 if {
	1 == "a"
} else := 2 if {
	"b" == 3
}

# case: function body
f(x) := y if {
	y := 1
	y == "a"
}

# case: variable of a set and element
r if {
	x := 1
	{x} == {"a"}
}

# case: sets of unknown variables
r if {
	{x, y} = {y, x}
	x = 1
	y = 2
}

# case: object with an unknown value
r if {
	{"a": x} = {"a": y}
	x = 1
	y = "s"
}

# case: arrays of unknown variables
r if {
	[x, 1] = [2, y]
	x == "a"
	y == 3
}

# case: mixed union in a set
r if {1, "a"} == {true}

# case: array with a union
r if {
	x := [1, "a"][_]
	[x] == [true]
}

# case: assigned a faulty call
r := x if {
	x := 1 + "a"
	y := x + 1
	y == x
}
