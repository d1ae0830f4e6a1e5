"""The rules that keep a new CRD from breaking the objects that a released one has stored."""
