"""Terraform and OpenTofu: plans are read, applied and verified, as the very bytes that were decided on."""
