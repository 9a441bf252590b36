package old

p[x] { x := input.items[_] }

allow { input.user = "alice" }
