"""Adapters change something real, and only with a permit that names exactly that change."""
