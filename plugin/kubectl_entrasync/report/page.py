"""The page of the report: one HTML file without scripts, which loads nothing.

All that comes from the cluster is escaped by Jinja. A Content-Security-Policy lets the page have its own style and
nothing else, so that even a mistake here could start no script.
"""

import base64
import hashlib
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from entrasync.core.primitives.times import write_readable_time, write_time
from kubectl_entrasync.fleet.health import Health
from kubectl_entrasync.output.ages import write_age
from kubectl_entrasync.report.figures import lay_segments, measure
from kubectl_entrasync.report.model import Report
from kubectl_entrasync.report.runs import COUNTS

_TONES = {
    Health.QUARANTINED: "grave",
    Health.STALLED: "grave",
    Health.OVERDUE: "ill",
    Health.UNKNOWN: "unknown",
    Health.DRIFTED: "ill",
    Health.HEALTHY: "well",
}
"""The colour of a word. Those that are not here are neither ill nor well."""


MAX_CARDS = 500
"""The page has a card for so many jobs, the most urgent. With 5,000 cards it had 19 MB, and nobody prints these."""


def render_page(report: Report) -> str:
    """Return the page. It has a line for every job, and tells of every ill one what to do."""
    environment = _open_environment(report.generated)
    cards = report.jobs[:MAX_CARDS]
    carded = {(job.namespace, job.name) for job in cards}
    environment.tests["carded"] = lambda job: (job.namespace, job.name) in carded
    style = environment.get_template("report.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("report.html").render(report=report, cards=cards, style_digest=digest)


def _open_environment(now: datetime) -> Environment:
    environment = Environment(
        loader=PackageLoader("kubectl_entrasync.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "age": lambda time: write_age(time, now),
        "iso": write_time,
        "number": lambda count: f"{count:,}",
        "readable": write_readable_time,
        "tone": lambda health: _TONES.get(Health(health), "calm"),
    }
    environment.globals |= {"COUNTS": COUNTS, "lay_segments": lay_segments, "measure": measure}
    return environment
