"""Calls to Graph: their limits, their URLs, their pages and what a refusal means."""
