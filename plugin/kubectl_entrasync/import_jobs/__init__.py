"""`import`: the jobs of a tenant as manifests that change nothing when they are applied."""
