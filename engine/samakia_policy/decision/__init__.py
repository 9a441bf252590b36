"""Results become a decision; pure."""
