"""The job's synchronization schema as `spec.schema` wants it."""
