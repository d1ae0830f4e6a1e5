"""The SynchronizationJob as the operator reads it: metadata, spec, claims, and defaults."""
