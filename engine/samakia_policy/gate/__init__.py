"""A gate turns a decision, approvals, windows and allowlists into a permit or a refusal; pure."""
