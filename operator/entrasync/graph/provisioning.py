"""Provisioning of single objects on demand by a job in Graph."""

from entrasync.core.remote.provisioning import ProvisioningReport, ProvisioningSubject, read_report
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.json_caller import JsonCaller, read_response
from entrasync.graph.calls.operations import PROVISION_ON_DEMAND


class ProvisioningClient(JsonCaller):
    """`ProvisioningApi` over HTTP."""

    async def provision_on_demand(
        self, service_principal_id: str, job_id: str, rule_id: str, subject: ProvisioningSubject
    ) -> ProvisioningReport:
        """Provision one object by a rule (graph-facts 4.9). Raises `OutcomeUnknown` for a report without a result."""
        url = self._urls.job(service_principal_id, job_id, "provisionOnDemand")
        document = {"parameters": [{"ruleId": rule_id, "subjects": [subject.write()]}]}
        answer = await self._send(PROVISION_ON_DEMAND, "POST", url, document=document)
        report = read_report(read_response(PROVISION_ON_DEMAND, answer))
        if report is None:
            raise make_unreadable_error(PROVISION_ON_DEMAND, "it does not tell what became of the object")
        return report
