# METADATA
# scope: package
# title: Durations as the contracts write them
package policies.lib.time

# METADATA
# title: duration_seconds("24h") is 86400; undefined unless a whole number and s, m, h or d
# description: At most nine digits, so that the result is an exact integer on every runtime.
duration_seconds(text) := to_number(digits) * seconds[unit] if {
	is_string(text)
	regex.match(`^[0-9]{1,9}[smhd]$`, text)
	unit := substring(text, count(text) - 1, 1)

	# "007" is no JSON number; the 0 in front is dropped unless it is the number.
	digits := regex.replace(trim_suffix(text, unit), `^0+([0-9])`, "$1")
}

seconds := {"s": 1, "m": 60, "h": 3600, "d": 86400}
