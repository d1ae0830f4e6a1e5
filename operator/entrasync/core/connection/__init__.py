"""The GraphConnection: its resource, the identity it logs in as, and its status."""
