"""Logins at Entra: credentials, tokens and the errors of a refused login."""
