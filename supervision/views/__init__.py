"""Faces of supervision."""
