"""The process: its command line, its settings, its parts and its life."""
