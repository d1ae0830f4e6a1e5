"""The API server: watches, reads, patches and Events, and Kopf as the host of the process."""
