"""The cluster: the way to it, its objects, its refusals."""
