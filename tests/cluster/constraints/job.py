"""The constraints of a SynchronizationJob, apart from `spec.application`."""

from tests.cluster.constraints.application import APPLICATION
from tests.cluster.constraints.constraint import (
    GUID,
    Constraint,
    Overlay,
    Put,
    guid,
    max_items,
    max_length,
    object_name,
    one_of,
    pattern,
    required,
    spec,
    unique_items,
)
from tests.cluster.constraints.status import STATUS

JOB_ID = f"scim.0123456789abcdef0123456789abcdef.{GUID}"
OTHER_JOB_ID = "BoxOutDelta.0123456789abcdef0123456789abcdef"

NOT_FOR_A_PATH = ("", "two words", "a/b", "..", "a?b", "a%2Fb", "é", "scim\n")
"""Texts that an id may not be, because it goes into the path of a URL."""

NO_GO_DURATIONS = ("soon", "300", "5 m", "PT5M", "-5m", "1.5h", "30m1h", "1d")


def _principal(**members: str) -> Overlay:
    return spec(servicePrincipal={"objectId": None} | members)


def _template(**members: str) -> Overlay:
    return spec(template={"id": None} | members)


def _schedule(**members: str) -> Overlay:
    return spec(schedule=members)


def _max_age(text: str) -> Overlay:
    return spec(freshness={"maxAge": text})


def _setting(**members: str) -> Overlay:
    return spec(settings=[members])


def _policy(name: str, *values: str) -> Constraint:
    return one_of(f".spec.{name}", lambda text: spec(**{name: text}), *values)


def _go_duration(place: str, put: Put) -> tuple[Constraint, ...]:
    """Constrain a field to durations as Kubernetes writes them. Each field has rules of its own for their bounds."""
    return (
        pattern(place, put, accepted=("90s", "5m", "1h30m", "1h0m5s", "1440m"), refused=NO_GO_DURATIONS),
        Constraint(
            f"{place} minLength",
            accepted=(put("1h"),),
            refused=(put(""),),
            message=f"{place.removeprefix('.')} in body should be at least 2 chars long",
        ),
        Constraint(
            f"{place} maxLength",
            accepted=(put("00001h00001m00001s"),),
            refused=(put("000001h00001m00001s"),),
            message=f"{place.removeprefix('.')}: Too long: may not be more than 18",
        ),
    )


IDENTITY = (
    Constraint(" required spec", accepted=({},), refused=({"spec": None},), message="spec: Required value"),
    required(".spec", "servicePrincipal", {}, spec(servicePrincipal=None)),
    required(".spec", "template", {}, spec(template=None)),
    required(".spec.connectionRef", "name", spec(connectionRef={"name": "contoso"}), spec(connectionRef={})),
    *object_name(".spec.connectionRef.name", lambda text: spec(connectionRef={"name": text})),
    Constraint(
        ".spec.servicePrincipal rule",
        accepted=(_principal(objectId=GUID), _principal(appId=GUID)),
        refused=(_principal(), _principal(objectId=GUID, appId=GUID)),
        message="spec.servicePrincipal: give exactly one of objectId (the Object ID of the enterprise application, a"
        " GUID) or appId (its Application ID, a GUID)",
    ),
    *guid(".spec.servicePrincipal.objectId", lambda text: _principal(objectId=text)),
    *guid(".spec.servicePrincipal.appId", lambda text: _principal(appId=text)),
    Constraint(
        ".spec.template rule",
        accepted=(_template(id="Azure2Azure"), _template(factoryTag="CustomSCIM")),
        refused=(_template(), _template(id="scim", factoryTag="CustomSCIM")),
        message="spec.template: give exactly one of id (a template that the service principal offers, such as scim or"
        " Azure2Azure) or factoryTag (the kind of template, such as CustomSCIM)",
    ),
    pattern(
        ".spec.template.id",
        lambda text: _template(id=text),
        accepted=("scim", "AD2AADProvisioning", "a.b_c-d~e"),
        refused=NOT_FOR_A_PATH,
    ),
    max_length(".spec.template.id", lambda text: _template(id=text), 128),
    pattern(
        ".spec.template.factoryTag",
        lambda text: _template(factoryTag=text),
        accepted=("CustomSCIM", "aws", "a.b_c-d~e"),
        refused=NOT_FOR_A_PATH,
    ),
    max_length(".spec.template.factoryTag", lambda text: _template(factoryTag=text), 128),
    pattern(
        ".spec.jobId",
        lambda text: spec(jobId=text),
        accepted=(JOB_ID, OTHER_JOB_ID, "AD2AADProvisioning." + "0" * 32),
        refused=("a job", "../jobs", ".", "a#b", *NOT_FOR_A_PATH),
    ),
    max_length(".spec.jobId", lambda text: spec(jobId=text), 256),
    Constraint(
        ".spec rule",
        before={},
        accepted=({}, spec(jobId=JOB_ID)),
        refused=(),
        message="spec.jobId: once set it cannot be changed or removed",
    ),
    Constraint(
        ".spec rule",
        before=spec(jobId=JOB_ID),
        accepted=({}, spec(deletionPolicy="Pause")),
        refused=(spec(jobId=OTHER_JOB_ID), spec(jobId=None), spec(jobId=JOB_ID.upper())),
        message="spec.jobId: once set it cannot be changed or removed",
    ),
)

TIMES = (
    *_go_duration(".spec.pollInterval", lambda text: spec(pollInterval=text)),
    Constraint(
        ".spec.pollInterval rule",
        accepted=(spec(pollInterval="30s"),),
        refused=tuple(spec(pollInterval=text) for text in ("29s", "0s", "0h0m")),
        message="spec.pollInterval: must be at least 30s; shorter ones only use up the tenant's Graph limits",
    ),
    Constraint(
        ".spec.pollInterval rule",
        accepted=(spec(pollInterval="24h"),),
        refused=tuple(spec(pollInterval=text) for text in ("24h1s", "1441m", "99999h99999m99999s")),
        message="spec.pollInterval: must be at most 24h; to leave the job alone, set spec.suspend",
    ),
    required(".spec.freshness", "maxAge", _max_age("2h"), spec(freshness={})),
    *_go_duration(".spec.freshness.maxAge", _max_age),
    Constraint(
        ".spec.freshness.maxAge rule",
        accepted=(_max_age("1m"),),
        refused=(_max_age("59s"),),
        message="spec.freshness.maxAge: must be at least 1m; no job runs more often",
    ),
    Constraint(
        ".spec.freshness.maxAge rule",
        accepted=(_max_age("2160h"),),
        refused=(_max_age("2160h1s"),),
        message="spec.freshness.maxAge: must be at most 2160h; leave freshness out to be told of nothing",
    ),
    one_of(".spec.schedule.state", lambda text: _schedule(state=text), "Active", "Paused"),
    pattern(
        ".spec.schedule.interval",
        lambda text: _schedule(interval=text),
        accepted=("PT40M", "PT1H", "P1D", "P1DT12H", "PT1H30M5S"),
        refused=("", "40m", "PT40", "pt40m", "P1M", "P1W", "PT1.5H", "-PT5M", "PT5M1H", "PT40M\n"),
    ),
    Constraint(
        ".spec.schedule.interval rule",
        accepted=(_schedule(interval="PT1S"),),
        refused=tuple(_schedule(interval=text) for text in ("P", "PT", "P1DT", "PT0S", "P0DT0H0M")),
        message="spec.schedule.interval: must name a time as Graph writes it, such as PT40M or P1DT12H",
    ),
    Constraint(
        ".spec.schedule.interval maxLength",
        accepted=(_schedule(interval="P999DT9999H99999M999999S"),),
        refused=(_schedule(interval="P999DT9999H99999M" + "9" * 16),),
        message="spec.schedule.interval: Too long: may not be more than 32",
    ),
    Constraint(
        ".spec.schedule.expiration format",
        accepted=(_schedule(expiration="2027-01-01T00:00:00Z"), _schedule(expiration="2027-01-01T00:00:00+01:00")),
        refused=tuple(_schedule(expiration=text) for text in ("", "2027-01-01", "tomorrow", "2027-01-01T00:00:00")),
        message="spec.schedule.expiration in body must be of type date-time",
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
    max_items(
        ".spec.settings", lambda items: spec(settings=items), 64, lambda n: {"name": f"Setting{n}", "value": "x"}
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
    pattern(
        ".spec.settings[].name",
        lambda text: _setting(name=text, value="x"),
        accepted=("LookaheadQueryEnabled", "a.b_c-d", "AzureIngestionAttributeOptimization2"),
        refused=("", "2nd", "two words", "a/b", "é", "x\n"),
    ),
    max_length(".spec.settings[].name", lambda text: _setting(name=text, value="x"), 128),
    max_length(".spec.settings[].value", lambda text: _setting(name="Setting", value=text), 4096),
)

JOB = (*IDENTITY, *TIMES, *POLICIES, *SETTINGS, *APPLICATION, *STATUS)
