"""Manifests that a person names: files, folders and standard input, with the line of each field."""
