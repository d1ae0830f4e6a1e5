"""The way to Microsoft Graph: logins, tokens, and what Graph refuses, in words."""
