"""The steps of `make release-check`: each makes one thing that is released, and looks at what it made."""
