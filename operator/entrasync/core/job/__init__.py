"""Rules that find, adopt, create and miss the job of a resource."""
