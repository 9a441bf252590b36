# METADATA
# scope: package
# title: Dotted and semantic versions in order
package policies.lib.version

# METADATA
# title: compare(a, b) is -1, 0 or 1; undefined unless both are versions
# description: >-
#   1.2 equals 1.2.0, 3.0.2-rc07 comes before 3.0.2, a leading v and +build do not count. Parts of
#   a pre-release are ordered as semver says: numbers by value and before words, words bytewise.
compare(a, b) := -1 if key(a) < key(b)

else := 1 if key(a) > key(b)

else := 0 if key(a) == key(b)

# Arrays compare element by element, so that one comparison of keys compares versions.
key(text) := [parts(core), count(pre) == 0, parts(concat("-", pre))] if {
	is_string(text)
	regex.match(`^v?[0-9]+([.][0-9]+)*(-[0-9A-Za-z-]+([.][0-9A-Za-z-]+)*)?([+][0-9A-Za-z.-]+)?$`, text)
	pieces := split(split(trim_prefix(text, "v"), "+")[0], "-")
	core := regex.replace(pieces[0], `([.]0+)+$`, "")
	pre := array.slice(pieces, 1, count(pieces))
}

parts(text) := [part_key(part) | some part in split(text, "."); part != ""]

# Numbers by length, then digits: right for any length, without arithmetic.
part_key(part) := [0, count(digits), digits] if {
	regex.match(`^[0-9]+$`, part)
	digits := trim_left(part, "0")
} else := [1, 0, part]
