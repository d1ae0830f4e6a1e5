"""Checks objects of our kinds as the API server does, without one: the CRDs' schemas and their CEL rules."""
