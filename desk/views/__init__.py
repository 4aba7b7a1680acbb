"""Faces of the desk: a request in, a verb called, a page or a part of one out."""
