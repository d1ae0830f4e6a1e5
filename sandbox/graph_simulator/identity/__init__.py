"""What stands in for Microsoft Entra's token service: applications, tokens, discovery."""
