"""The mirror is complete: every property of Graph's types (v1.0 and beta) has its place, under Graph's own name."""

import pytest
from pydantic import BaseModel

from entrasync.api import mirror
from entrasync.api.shape import JOB_SHAPE, STATUS_SHAPE, Items, Members, Scalar, Shape, members_of

TEXT, NUMBER, TRUTH = Scalar("string"), Scalar("integer"), Scalar("boolean")

ERROR = Members({"code": TEXT, "message": TEXT, "tenantActionable": TRUTH})
EXECUTION = Members(
    {
        "activityIdentifier": TEXT,
        "countEntitled": NUMBER,
        "countEntitledForProvisioning": NUMBER,
        "countEscrowed": NUMBER,
        "countEscrowedRaw": NUMBER,
        "countExported": NUMBER,
        "countExports": NUMBER,
        "countImported": NUMBER,
        "countImportedDeltas": NUMBER,
        "countImportedReferenceDeltas": NUMBER,
        "error": ERROR,
        "state": TEXT,
        "timeBegan": TEXT,
        "timeEnded": TEXT,
    }
)
PROGRESS = Members({"completedUnits": NUMBER, "progressObservationDateTime": TEXT, "totalUnits": NUMBER, "units": TEXT})
QUARANTINE = Members(
    {
        "currentBegan": TEXT,
        "error": ERROR,
        "nextAttempt": TEXT,
        "reason": TEXT,
        "seriesBegan": TEXT,
        "seriesCount": NUMBER,
    }
)
STATUS = Members(
    {
        "code": TEXT,
        "countSuccessiveCompleteFailures": NUMBER,
        "escrowsPruned": TRUTH,
        "lastExecution": EXECUTION,
        "lastSuccessfulExecution": EXECUTION,
        "lastSuccessfulExecutionWithExports": EXECUTION,
        "progress": Items(PROGRESS),
        "quarantine": QUARANTINE,
        "steadyStateFirstAchievedTime": TEXT,
        "steadyStateLastAchievedTime": TEXT,
        "synchronizedEntryCountByType": Items(Members({"key": TEXT, "value": NUMBER})),
        "troubleshootingUrl": TEXT,
    }
)
JOB = Members(
    {
        "id": TEXT,
        "templateId": TEXT,
        "schedule": Members({"expiration": TEXT, "interval": TEXT, "state": TEXT}),
        "synchronizationJobSettings": Items(Members({"name": TEXT, "value": TEXT})),
    }
)


@pytest.mark.parametrize(("shape", "graph"), [(STATUS_SHAPE, STATUS), (JOB_SHAPE, JOB)], ids=["status", "job"])
def test_the_mirror_has_every_property_of_graphs_with_its_json_type(shape: Shape, graph: Shape) -> None:
    assert shape == graph


def test_a_list_of_values_has_a_shape_too() -> None:
    class Sample(BaseModel):
        names: list[str]

    assert members_of(Sample) == Members({"names": Items(TEXT)})


def test_a_type_without_words_is_refused_at_once() -> None:
    class Sample(BaseModel):
        ratio: float

    with pytest.raises(ValueError, match="number"):
        members_of(Sample)


def test_every_object_of_graphs_keeps_what_graph_adds_later() -> None:
    models = [m for m in vars(mirror).values() if isinstance(m, type) and issubclass(m, mirror.GraphObject)]

    assert len(models) == 10
    for model in models:
        assert model.model_json_schema()["x-kubernetes-preserve-unknown-fields"] is True
