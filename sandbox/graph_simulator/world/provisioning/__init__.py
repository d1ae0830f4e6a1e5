"""Provisions single objects on demand: what is in scope, what its attributes become, and what is reported."""
