"""Reconciles GraphConnections and keeps the logins that jobs use."""
