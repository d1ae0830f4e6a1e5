"""Checks how request bodies with secrets are masked for the journal."""

import json

from graph_simulator.web.bodies import mask_body


def test_secrets_in_a_body_are_masked_as_graph_would_mask_them() -> None:
    body = {"credentials": [{"key": "SecretToken", "value": "s3cret"}, {"key": "SyncAll", "value": "true"}]}
    shown = {"credentials": [{"key": "SecretToken", "value": "*"}, {"key": "SyncAll", "value": "true"}]}
    assert json.loads(mask_body(json.dumps(body).encode())) == shown
    misspelt = {"value": [{"key": "secretToken", "value": "s3cret"}, {"Key": "SecretToken", "value": "s3cret"}]}
    assert b"s3cret" not in mask_body(json.dumps(misspelt).encode())
    assert mask_body(b'{"value":"s3cret') == b"(not JSON)"
    assert mask_body(b"") == b""
