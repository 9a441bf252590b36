package helper

import rego.v1

p := 1
