"""Helpers without imports from the other subpackages: validation, compatibility, discovery."""
