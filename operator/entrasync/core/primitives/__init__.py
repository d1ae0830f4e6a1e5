"""Times, texts, keys and patches that every other room of the core builds on."""
