"""What the operator's metrics say of each object."""

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families

CONDITION, CODE, QUARANTINED = "entrasync_resource_condition", "entrasync_job_status_code", "entrasync_job_quarantined"
VALUES = {"True": 1.0, "False": 0.0, "Unknown": -1.0}

Series = dict[tuple[str, ...], float]


class MetricsView:
    """One scrape."""

    def __init__(self, text: str) -> None:
        self._families = list(text_string_to_metric_families(text))

    def conditions(self, kind: str) -> Series:
        """Return the conditions of all objects of a kind, by name and type."""
        return {
            (labels["name"], labels["condition"]): value
            for labels, value in self._samples(CONDITION)
            if labels["kind"] == kind
        }

    def codes(self) -> Series:
        """Return the status codes that are shown, by name and code."""
        return {(labels["name"], labels["code"]): value for labels, value in self._samples(CODE)}

    def quarantined(self) -> set[str]:
        """Return the names of the jobs in quarantine."""
        return {labels["name"] for labels, value in self._samples(QUARANTINED) if value}

    def names(self) -> set[str]:
        """Return the names in all series about objects of a namespace."""
        return {
            sample.labels["name"]
            for family in self._families
            for sample in family.samples
            if sample.labels.get("resource_namespace") and "name" in sample.labels
        }

    def _samples(self, name: str) -> Iterator[tuple[dict[str, str], float]]:
        for family in self._families:
            for sample in family.samples:
                if sample.name == name:
                    yield sample.labels, sample.value
