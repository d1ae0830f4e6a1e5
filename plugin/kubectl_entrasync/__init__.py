"""The kubectl plugin `kubectl entrasync`."""
