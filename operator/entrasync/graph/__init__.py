"""The client of Microsoft Graph and of the login at Entra."""
