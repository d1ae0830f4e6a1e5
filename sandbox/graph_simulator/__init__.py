"""A stand-in for Microsoft Graph's synchronization API, over TLS, in a world whose clock tests can drive.

It shares no code with the product: if both read the same wire model, a wrong name would be wrong on both sides.
"""
