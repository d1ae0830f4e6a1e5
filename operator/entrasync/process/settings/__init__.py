"""The settings of an install, read from flags, environment variables and files."""
