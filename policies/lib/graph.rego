# METADATA
# scope: package
# title: Neighbours in the graph of facts
# description: >-
#   Subjects are "<kind>:<id>". A relation without edges, or one the rule did not declare, has no
#   neighbours.
package policies.lib.graph

# METADATA
# title: out(relation, subject) is the sorted list of subjects it points at
out(relation, subject) := object.get(input.edges, [relation, subject], [])

# METADATA
# title: into(relation, subject) is the sorted list of subjects that point at it
into(relation, subject) := object.get(input.reverse, [relation, subject], [])

# METADATA
# title: reach(relation, subject) is the sorted list of subjects one or more steps away
# description: The start is among them only where it lies on a cycle.
reach(relation, subject) := sort({target |
	# The built-in leaves out subjects that nothing leads away from, so take one step more.
	some source in graph.reachable(object.get(input.edges, relation, {}), {subject})
	some target in input.edges[relation][source]
})
