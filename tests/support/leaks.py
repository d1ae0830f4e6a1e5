"""The canary: does a client secret or a token show anywhere?"""

import json
import re

from entrasync.api.names import API_VERSION, PLURAL
from tests.support.workplace import Workplace

TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{16,}|Bearer ", re.IGNORECASE)
"""The beginning of any JWT, and what stands before one in a header."""


def find_leaks(place: Workplace, secret: str = "") -> list[str]:
    """Search log, metrics, Events and resources of a workplace; tells where a secret or a token stands."""
    told = {
        "log": place.log.read_text(errors="replace") if place.log.exists() else "",
        "metrics": place.operator.read("/metrics")[1] if place.operator else "",
        "Events": json.dumps(place.cluster.list("v1", "events", place.namespace)),
        "resources": json.dumps(place.cluster.list(API_VERSION, PLURAL, place.namespace)),
    }
    secret = secret or place.world.connection.client_secret
    secrets = [f"the client secret is in the {where}" for where, text in told.items() if secret in text]
    return secrets + [f"a token is in the {where}" for where, text in told.items() if TOKEN.search(text)]
