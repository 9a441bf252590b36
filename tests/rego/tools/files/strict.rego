package strict

import data.unused

p if {
	x := 1
	true
}
