"""Simulates Microsoft Graph's synchronization API over TLS, with a clock that tests can set.

It shares no code with the product: if both used the same model of the API, a wrong name would be wrong on both sides.
"""
