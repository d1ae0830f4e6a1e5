"""The commands: their options, what they print, how they end."""
