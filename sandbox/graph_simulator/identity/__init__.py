"""Simulates Microsoft Entra's token service: applications, tokens, discovery."""
