# case: complete rules of two types
x := 1 if input.a

x := "a" if input.b

r := x + 1

# case: complete rule of a union used as neither
x := 1 if input.a

x := "a" if input.b

r := count(x) + sum(x)

# case: partial set of two types
s contains 1

s contains "a"

r if true in s

# case: partial object of two types
p.a := 1

p.b := "x"

r if p[_] == true

# case: partial object by variable and by name
p[x] := 1 if some x in ["a"]

p.b := "x"

r if p[_] == true

# case: partial object by variable, selected
p[x] := 1 if some x in ["a"]

p.b := "x"

r if p.b == true

# case: partial object of objects
p[x] := {"k": 1} if some x in ["a"]

p[x] := {"j": 1} if some x in ["b"]

r := p.a.m

# case: partial object with keys of two types
p[x] := 1 if some x in ["a"]

p[x] := 1 if some x in [1]

r := p[true]

# case: nested partial objects
p[x][y] := 1 if {
	some x in ["a"]
	some y in [1]
}

p[x][y] := "s" if {
	some x in ["b"]
	some y in [2]
}

r if p.a[1] == true

# case: nested partial sets
p[x] contains 1 if some x in ["a"]

p[x] contains "s" if some x in ["b"]

r if true in p.a

# case: mixed nesting
p.q[x].r := 1 if some x in ["a"]

p.q.b.s := "s"

r := p.q.b.t.u

# case: ground path below a dynamic one
p[x].r := 1 if some x in ["a"]

p.b.s := {"v": 1}

r := p.b.s.w

# case: key that is a number
p[1] := "a"

p[2] := "b"

r := p.x

# case: key that is a boolean
p[true] := "a"

r := p[false]

# case: key that is a reference
k := "a"

p[k] := 1

r := p[1]

# case: key that is faulty
o := {"a": 1}

p[o.b] := 1

r := p.x.y

# case: value that is faulty
o := {"a": 1}

p[x] := o.b if some x in ["a"]

r := p.x.y

# case: element that is faulty
o := {"a": 1}

s contains o.b

r if 1 in s

# case: default of another type
default x := "none"

x := 1 if input.a

r := x.y

# case: else of another type
x := 1 if {
	input.a
} else := "a" if {
	input.b
} else := true

r if x == null

# case: value that is a comprehension
x := {y | some y in [1, 2]}

r if "a" in x

# case: boolean by default
x if input.a

r if x == 1

# case: boolean used as a number
x if input.a

r := x + 1

# case: value from input
x := input.a

r := x.b + 1

# case: value from a function
f(y) := {"a": y}

x := f(1)

r := x.b

# case: value from data that is not there
x := data.nothing.here

r := x.b.c + 1

# case: rules in a cycle of names but not of rules
a.b := 1

a.c := a.b.d

# case: chain of sets
s1 contains 1

s2 contains x if some x in s1

s3 contains x if some x in s2

r if "a" in s3

# case: object whose value is unknown
x := {"a": input.a, "b": 1}

r := x.a.z + x.b.z

# case: array whose item is unknown
x := [input.a, 1]

r := x[0].z + x[1].z

# case: key from a variable
x := {k: 1 | some k in ["a"]}

r := x.a.z

# case: several keys from variables
r if {
	k := "a"
	j := 1
	o := {k: "x", j: 2}
	o.z.y == 1
}

# case: object with constant and other keys
r if {
	k := "a"
	o := {k: "x", "b": 2}
	o.b.y == 1
}

# case: a package refers to its whole self from a test
test_r if data.case.x.y with input as {}

x := 1

# case: a test of another type
x := 1

test_x if x == "a"

# case: a rule with a name of several parts
a.b.c := 1

r := a.b.d

# case: a rule with a name of several parts, below
a.b.c := 1

r := a.b.c.d

# case: a rule of several parts as a whole
a.b.c := 1

r if a.b == 1

# case: the package as a whole
x := 1

r if data.other == 1

# case: an object of rules
a.b := 1

a.c := "x"

r if a[_] == true

# case: an object of rules by a variable
a.b := {"k": 1}

a.c := {"j": "x"}

r if a[x].k == true

# case: a ground path before a dynamic one
p.k := 1

p.m := "s"

p.n := 2

p[x] := {"v": 1} if some x in ["a", "b"]

r if p[_] == true

# case: ground paths below, before a dynamic one
p.k.l := 1

p.m.l := 2

p[x].o := "s" if some x in ["a"]

r if p[_][_] == true

s := p.z.l.y

# case: sets below, before a dynamic one
p.k contains 1

p.m contains "s"

p[x] contains true if some x in ["a"]

r if null in p[_]
