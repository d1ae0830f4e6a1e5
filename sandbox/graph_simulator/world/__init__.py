"""The world behind the API, as pure state: time and seeds are handed in, nothing is read from outside."""
