"""The rows of the table of reasons, a module for each subject."""
