"""The constraints of a SynchronizationJob, apart from `spec.application`."""

from tests.cluster.constraints.application import APPLICATION
from tests.cluster.constraints.constraint import (
    GUID,
    PASTED,
    Constraint,
    Overlay,
    Put,
    guid,
    object_name,
    one_of,
    required,
    size,
    spec,
    text,
    unique_items,
)
from tests.cluster.constraints.restart import RESTART
from tests.cluster.constraints.schema import SCHEMA
from tests.cluster.constraints.status import STATUS

JOB_ID = f"scim.0123456789abcdef0123456789abcdef.{GUID}"
OTHER_JOB_ID = "BoxOutDelta.0123456789abcdef0123456789abcdef"

NOT_FOR_A_PATH = ("", "two words", "a/b", "..", "a?b", "a%2Fb", "é", "scim\n")
"""Texts that an id may not be, because it goes into the path of a URL."""

NO_GO_DURATIONS = ("soon", "300", "5 m", "PT5M", "-5m", "1.5h", "30m1h", "1d")

GRAPH_DURATIONS = ("PT40M", "PT1H", "P1D", "P1DT12H", "PT1H30M5S", "PT1S", "P999DT9999H99999M999999S")
NO_GRAPH_DURATIONS = (
    *("", "40m", "PT40", "pt40m", "P1M", "P1W", "PT1.5H", "-PT5M", "PT5M1H", "PT40M\n"),
    *("P", "PT", "P1DT", "PT0S", "P0DT0H0M", "P999DT9999H99999M" + "9" * PASTED),
)

TIMES_OF_RFC_3339 = (
    *("2027-01-01T00:00:00Z", "2027-01-01T00:00:00+01:00", "2027-12-31T23:59:59.123456789-11:30"),
    *("2028-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2027-02-28T00:00:00Z"),
)
NO_TIMES = (
    *("", "2027-01-01", "tomorrow", "2027-01-01T00:00:00", "2027-01-01 00:00:00Z", "2027-13-01T00:00:00Z"),
    *("2027-04-31T00:00:00Z", "2027-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2028-02-30T00:00:00Z"),
    *("2027-01-01T24:00:00Z", "2027-01-01T00:00:00Z" + " " * PASTED),
)

JOB_ID_IN_A_PATH = (
    f"/servicePrincipals/{GUID}/synchronization/jobs/{JOB_ID}",
    f"{GUID}/job/{JOB_ID}",
    f"https://graph.microsoft.com/v1.0/servicePrincipals/{GUID}/synchronization/jobs/{JOB_ID}",
)
"""The id as Terraform and as a URL write it."""


def _principal(**members: str) -> Overlay:
    return spec(servicePrincipal={"objectId": None} | members)


def _template(**members: str) -> Overlay:
    return spec(template={"id": None} | members)


def _schedule(**members: str) -> Overlay:
    return spec(schedule=members)


def _approve(text: str) -> Overlay:
    return spec(application={"accidentalDeletions": {"threshold": 500, "approve": text}})


def _max_age(text: str) -> Overlay:
    return spec(freshness={"maxAge": text})


def _setting(**members: str) -> Overlay:
    return spec(settings=[members])


def _policy(name: str, *values: str) -> Constraint:
    return one_of(f".spec.{name}", lambda text: spec(**{name: text}), *values)


def _go_duration(place: str, put: Put, *, bounds: str) -> Constraint:
    """Constrain a field to durations as Kubernetes writes them. Each field has rules of its own for their bounds."""
    return Constraint(
        guard=f"{place} rule",
        accepted=tuple(map(put, ("90s", "5m", "1h30m", "1h0m5s", "1440m", "00001h00001m00001s"))),
        refused=tuple(map(put, ("", *NO_GO_DURATIONS, "999999h", "000001h00001m00001s", "9" * PASTED))),
        message=f"{place.removeprefix('.')}: A duration is written in whole hours, minutes and seconds without a sign,"
        f" such as 90s, 5m or 1h30m. It is {bounds}.",
    )


IDENTITY = (
    Constraint(" required spec", accepted=({},), refused=({"spec": None},), message="spec: Required value"),
    required(".spec", "servicePrincipal", {}, spec(servicePrincipal=None)),
    required(".spec", "template", {}, spec(template=None)),
    required(".spec.connectionRef", "name", spec(connectionRef={"name": "contoso"}), spec(connectionRef={})),
    object_name(".spec.connectionRef.name", lambda text: spec(connectionRef={"name": text})),
    one_of(
        ".spec.connectionRef.kind",
        lambda kind: spec(connectionRef={"name": "default", "kind": kind}),
        "GraphConnection",
        "InstallConnection",
    ),
    Constraint(
        ".spec.connectionRef rule",
        accepted=(
            spec(connectionRef={"name": "contoso", "kind": "GraphConnection"}),
            spec(connectionRef={"name": "default", "kind": "InstallConnection"}),
        ),
        refused=(spec(connectionRef={"name": "contoso", "kind": "InstallConnection"}),),
        message="spec.connectionRef: The install has one connection of its own: write {name: default, kind:"
        " InstallConnection}. To name a GraphConnection, leave kind out.",
    ),
    Constraint(
        ".spec.servicePrincipal rule",
        accepted=(_principal(objectId=GUID), _principal(appId=GUID)),
        refused=(_principal(), _principal(objectId=GUID, appId=GUID)),
        message="spec.servicePrincipal: Give exactly one of objectId (the Object ID of the enterprise application, a"
        " GUID) or appId (its Application ID, a GUID).",
    ),
    guid(".spec.servicePrincipal.objectId", lambda text: _principal(objectId=text), "Object ID"),
    guid(".spec.servicePrincipal.appId", lambda text: _principal(appId=text), "Application ID"),
    Constraint(
        ".spec.template rule",
        accepted=(_template(id="Azure2Azure"), _template(factoryTag="CustomSCIM")),
        refused=(_template(), _template(id="scim", factoryTag="CustomSCIM")),
        message="spec.template: Give exactly one of id (a template that the service principal offers, such as scim or"
        " Azure2Azure) or factoryTag (the kind of template, such as CustomSCIM).",
    ),
    text(
        ".spec.template.id",
        lambda text: _template(id=text),
        "The id of a template is one word such as scim or Azure2Azure, and not the name that the portal shows.",
        accepted=("scim", "AD2AADProvisioning", "a.b_c-d~e"),
        refused=NOT_FOR_A_PATH,
        longest=128,
    ),
    text(
        ".spec.template.factoryTag",
        lambda text: _template(factoryTag=text),
        "A factory tag is one word such as CustomSCIM or aws.",
        accepted=("CustomSCIM", "aws", "a.b_c-d~e"),
        refused=NOT_FOR_A_PATH,
        longest=128,
    ),
    text(
        ".spec.jobId",
        lambda text: spec(jobId=text),
        "The id of a job looks like scim.f5532fc709734b1a90e8a1fa9fd03a82.0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01. Of a"
        " URL or a Terraform id, give only what stands after the last slash.",
        accepted=(JOB_ID, OTHER_JOB_ID, "AD2AADProvisioning." + "0" * 32),
        refused=("a job", "../jobs", ".", "a#b", *JOB_ID_IN_A_PATH, *NOT_FOR_A_PATH),
        longest=256,
    ),
    Constraint(
        ".spec rule",
        before={},
        accepted=({}, spec(jobId=JOB_ID)),
        refused=(),
        message="spec.jobId: Once set it cannot be changed or removed. To manage another job, create",
    ),
    Constraint(
        ".spec rule",
        before=spec(jobId=JOB_ID),
        accepted=({}, spec(deletionPolicy="Pause")),
        refused=(spec(jobId=OTHER_JOB_ID), spec(jobId=None), spec(jobId=JOB_ID.upper())),
        message="spec.jobId: Once set it cannot be changed or removed. To manage another job, create",
    ),
)

TIMES = (
    _go_duration(".spec.pollInterval", lambda text: spec(pollInterval=text), bounds="at least 30s and at most 24h"),
    Constraint(
        ".spec.pollInterval rule",
        accepted=(spec(pollInterval="30s"),),
        refused=tuple(spec(pollInterval=text) for text in ("29s", "0s", "0h0m")),
        message="spec.pollInterval: The duration must be at least 30s."
        " Shorter ones only use up the tenant's Graph limits.",
    ),
    Constraint(
        ".spec.pollInterval rule",
        accepted=(spec(pollInterval="24h"),),
        refused=tuple(spec(pollInterval=text) for text in ("24h1s", "1441m", "99999h99999m99999s")),
        message="spec.pollInterval: The duration must be at most 24h. To leave the job alone, set spec.suspend.",
    ),
    required(".spec.freshness", "maxAge", _max_age("2h"), spec(freshness={})),
    _go_duration(".spec.freshness.maxAge", _max_age, bounds="at least 1m and at most 2160h"),
    Constraint(
        ".spec.freshness.maxAge rule",
        accepted=(_max_age("1m"),),
        refused=(_max_age("59s"),),
        message="spec.freshness.maxAge: The duration must be at least 1m. No job runs more often.",
    ),
    Constraint(
        ".spec.freshness.maxAge rule",
        accepted=(_max_age("2160h"),),
        refused=(_max_age("2160h1s"),),
        message="spec.freshness.maxAge: The duration must be at most 2160h."
        " To be told of nothing, leave freshness out.",
    ),
    one_of(".spec.schedule.state", lambda text: _schedule(state=text), "Active", "Paused"),
    Constraint(
        ".spec.schedule.interval rule",
        accepted=tuple(_schedule(interval=text) for text in GRAPH_DURATIONS),
        refused=tuple(_schedule(interval=text) for text in NO_GRAPH_DURATIONS),
        message="spec.schedule.interval: An interval is written as Graph writes it, such as PT40M, PT1H or P1DT12H, and"
        " not as 40m. It is longer than nothing.",
    ),
    Constraint(
        ".spec.schedule.expiration rule",
        accepted=tuple(_schedule(expiration=text) for text in TIMES_OF_RFC_3339),
        refused=tuple(_schedule(expiration=text) for text in NO_TIMES),
        message="spec.schedule.expiration: A time is written with a date that exists and with its zone, such as"
        " 2027-01-01T00:00:00Z or 2027-01-01T02:00:00+02:00.",
    ),
)

APPROVAL = (
    Constraint(
        ".spec.application.accidentalDeletions.approve rule",
        accepted=tuple(_approve(text) for text in TIMES_OF_RFC_3339),
        refused=tuple(_approve(text) for text in NO_TIMES),
        message="spec.application.accidentalDeletions.approve: The time at which the quarantine began is written as"
        " status.synchronizationStatus.quarantine.seriesBegan has it, such as 2026-11-21T03:00:00Z.",
    ),
)

POLICIES = (
    _policy("adoptionPolicy", "AdoptOrCreate", "AdoptOnly"),
    _policy("onMissing", "Recreate", "Report"),
    _policy("managementPolicy", "Manage", "Observe"),
    _policy("deletionPolicy", "Delete", "Pause", "Retain"),
    _policy("readiness", "Healthy", "Applied"),
)

SETTINGS = (
    size(
        ".spec.settings",
        lambda items: spec(settings=items),
        0,
        64,
        lambda n: {"name": f"Setting{n}", "value": "x"},
        "There are at most 64 settings.",
    ),
    unique_items(
        ".spec.settings",
        "list-map name",
        lambda items: spec(settings=items),
        {"name": "LookaheadQueryEnabled", "value": "False"},
        {"name": "AnotherSetting", "value": ""},
    ),
    required(".spec.settings[]", "name", _setting(name="Setting", value="x"), _setting(value="x")),
    required(".spec.settings[]", "value", _setting(name="Setting", value="x"), _setting(name="Setting")),
    text(
        ".spec.settings[].name",
        lambda text: _setting(name=text, value="x"),
        "The name of a setting is Graph's own, such as LookaheadQueryEnabled.",
        accepted=("LookaheadQueryEnabled", "a.b_c-d", "AzureIngestionAttributeOptimization2"),
        refused=("", "2nd", "two words", "a/b", "é", "x\n"),
        longest=128,
    ),
    text(
        ".spec.settings[].value",
        lambda text: _setting(name="Setting", value=text),
        "The value of a setting has at most 4096 characters.",
        accepted=("x", "", "False"),
        longest=4096,
    ),
)

JOB = (*IDENTITY, *TIMES, *POLICIES, *SETTINGS, *APPLICATION, *APPROVAL, *SCHEMA, *RESTART, *STATUS)
