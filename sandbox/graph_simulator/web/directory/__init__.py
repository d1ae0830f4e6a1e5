"""Answers the calls about the directory: service principals and app registrations."""
