"""What a release is checked by: `make release-check`, and the rules that tests hold between releases."""
