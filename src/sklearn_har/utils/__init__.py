"""Helpers that import nothing of ours: validation, compatibility, discovery."""
