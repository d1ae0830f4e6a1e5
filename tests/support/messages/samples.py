"""Samples for what only a run would know: an id, a time, a name of an object, a sentence of somebody else."""

import ast
import re
from collections.abc import Mapping

SENTENCE = "The operator says that it is so."
"""Stands for a message that was built elsewhere, and is walked there."""

WORDS_OF_OTHERS = "It is not so."
"""Stands for what Graph, Entra or the API server said."""

_TIME = "2026-11-29 10:15:00 UTC"

SAMPLES: Mapping[str, str] = {
    r"_at$|_time$": _TIME,
    r"find_fault": SENTENCE,
    r"tenant|principal|job_id|_id$|client|\bapp\b|held|pinned|\bid$": "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01",
    r"template|tag": "scim",
    r"\bkey$|claim|resource|secret|account|who|namespace|subject|brake": "hr/contoso",
    r"action\.message$": "job contoso is paused",
    r"complaint": "job.schedule is a list, expected an object",
    r"(answer|response|refusal|record)\.message$": WORDS_OF_OTHERS,
    r"\.consequence$": " The job is not started before that.",
    r"^issuer$": ", https://issuer.example.com",
    r"(settled|error)\.words$": SENTENCE,
    r"message$|complaint|fault$|unreadable$|halt$|problem$|refusal$": SENTENCE,
    r"len\(|count|status|limit|max_|days|failures|seconds|port|size|code$": "3",
    r"description": "read the job",
    r"host|url|authority": "https://graph.example.com",
    r"advice": "Check the manifest.",
}
"""Samples by a pattern of the source of what is not known."""

FIXED: Mapping[str, str] = {
    "write_readable_time": _TIME,
    "write_time": "2026-11-29T10:15:00Z",
    "write_go_duration": "1h30m",
}
"""What functions return that only format a value."""

ANY = "contoso"

NAMES = (ANY, "hr/contoso", "https://")
"""What messages are about, as samples write it. A message may begin with it."""


def sample_of(node: ast.expr) -> str:
    """Return the sample for an expression that only a run would know."""
    source = ast.unparse(node)
    return next((sample for pattern, sample in SAMPLES.items() if re.search(pattern, source)), ANY)
