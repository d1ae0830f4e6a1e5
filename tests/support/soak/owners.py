"""What owners do to their resources, by kubectl and Git."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from entrasync.api.names import API_VERSION, PLURAL
from tests.cluster.application.scim import URL
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment
from tests.support.provisioning_requests import apply_request
from tests.support.soak.population import Population, Resident
from tests.support.teams import Team

CONNECTIONS = ("blue", "green")
TEMPLATES = ("scim", "zendesk")
INTERVALS = ("PT1H", "PT2H", "PT4H")
POLL_INTERVALS = ("30m", "1h", "2h")
POLICIES = (None, "Delete", "Retain", "Pause")
SETTING = "LookaheadQueryEnabled"
SCOPES = ("AssignedOnly", "All")

OLD_ENOUGH = timedelta(minutes=30)
"""After so long nothing of a deleted resource is on its way any more, neither in Graph nor in the operator."""


@dataclass
class Owners:
    """Apply, edit and delete resources. Chance alone decides which ones, and to what, and never what is seen."""

    environment: OperatorEnvironment
    population: Population
    chance: random.Random
    teams: dict[str, Team] = field(default_factory=dict)
    born: int = 0

    def connect(self) -> None:
        """Make two GraphConnections to one tenant, each with an app of its own."""
        for name in CONNECTIONS:
            team = self.teams[name] = Team.register(self.environment)
            team.apply_secret(name)
            proof = {"clientId": team.client, "secretRef": {"name": name, "key": "client_secret"}}
            team.apply_connection(name, clientSecret=proof)

    # Events

    def apply(self) -> None:
        """Apply one resource, or two on one service principal; some find a job that was there before."""
        templates = TEMPLATES if self.chance.random() < 0.2 else TEMPLATES[:1]
        principal = self.environment.simulator.create_service_principal(templates=TEMPLATES).id
        has_application = self.chance.random() < 0.3
        for place, template in enumerate(templates):
            if self.chance.random() < 0.2:
                is_started = self.chance.random() < 0.5
                self.environment.simulator.create_job(principal, template, started=is_started)
            self._apply(principal, template, has_application=has_application and place == 0)

    def apply_again(self) -> None:
        """Apply a resource for a service principal whose earlier resource has gone, perhaps without its job."""
        now, known = self.environment.world_time.now(), sorted(self.population.remains.values(), key=lambda it: it.name)
        old = [each for each in known if now - each.deleted_at > OLD_ENOUGH]
        if not old:
            self.apply()
            return
        chosen = self.chance.choice(old)
        if self.environment.cluster.find(API_VERSION, PLURAL, chosen.name, self.environment.namespace) is None:
            self._apply(*chosen.slot, has_application=False)

    def delete(self) -> None:
        """Delete a resource under whatever policy it has, and apply another one."""
        resident = self.population.choose(self.chance)
        seen = self.environment.job(resident.name)
        self.environment.delete_job(resident.name)
        self.population.bury(resident, seen, self.environment.world_time.now())
        (self.apply_again if self.chance.random() < 0.3 else self.apply)()

    def change_state(self) -> None:
        """Have a job started or paused."""
        self._edit(
            self.population.choose(self.chance), schedule={"state": self.chance.choice(("Active", "Active", "Paused"))}
        )

    def change_interval(self) -> None:
        """Ask for another interval."""
        self._edit(self.population.choose(self.chance), schedule={"interval": self.chance.choice(INTERVALS)})

    def change_settings(self) -> None:
        """Set a setting of a job."""
        value = self.chance.choice(("True", "False"))
        self._edit(self.population.choose(self.chance), settings=[{"name": SETTING, "value": value}])

    def change_policy(self) -> None:
        """Set or remove the deletion policy and the poll interval."""
        policy, interval = self.chance.choice(POLICIES), self.chance.choice(POLL_INTERVALS)
        self._edit(self.population.choose(self.chance), deletionPolicy=policy, pollInterval=interval)

    def change_connection(self) -> None:
        """Have a resource use another connection to the same tenant."""
        self._edit(self.population.choose(self.chance), connectionRef=self._choose_connection())

    def change_scope(self) -> None:
        """Change whom an app provisions, which restarts its job."""
        if resident := self.population.choose_one_with_secret(self.chance):
            self.population.restarts_due[resident.slot] += 1
            self._edit(resident, application={"provisioningScope": self.chance.choice(SCOPES)})

    def rotate_secret(self) -> None:
        """Give an app a new token."""
        if resident := self.population.choose_one_with_secret(self.chance):
            self._write_token(resident)

    def rotate_connection(self) -> None:
        """Give the app of a connection a new client secret, and withdraw the old one."""
        name = self.chance.choice(CONNECTIONS)
        team, fresh = self.teams[name], f"canary~{self._draw()}"
        self.environment.simulator.add_secret(fresh, team.client, team.tenant)
        old, team.secret = team.secret, fresh
        team.apply_secret(name)
        self.environment.simulator.remove_secret(old, team.client, team.tenant)

    def suspend(self) -> None:
        """Have the operator leave a resource alone, or look after it again."""
        resident = self.population.choose(self.chance)
        self._edit(resident, suspend=not resident.spec.get("suspend", False))

    def observe(self) -> None:
        """Have the operator only observe a job, or manage it again."""
        resident = self.population.choose(self.chance)
        observes = resident.spec.get("managementPolicy") == "Observe"
        self._edit(resident, managementPolicy=None if observes else "Observe")

    def hold(self) -> None:
        """Pause a job for some hours."""
        resident, hours = self.population.choose(self.chance), self.chance.choice((1, 3))
        until = self.environment.world_time.now() + timedelta(hours=hours)
        if not resident.leaves_state:
            self.environment.annotate(resident.name, hold_until=f"{until:%Y-%m-%dT%H:%M:%SZ}")

    def ask(self) -> None:
        """Ask for a look at a resource at once."""
        self.environment.annotate(self.population.choose(self.chance).name, requested_at=self._draw())

    def restart(self) -> None:
        """Ask for a restart by a token in the spec."""
        resident = self.population.choose(self.chance)
        self.population.restarts_due[resident.slot] += 1
        self._edit(resident, restart={"token": self._draw()})

    def restart_by_annotation(self) -> None:
        """Ask for a restart by the annotation."""
        resident = self.population.choose(self.chance)
        self.population.restarts_due[resident.slot] += 1
        self.environment.annotate(resident.name, restart_requested_at=self._draw())

    def provision(self) -> None:
        """Ask for the provisioning of a user by a job."""
        resident = self.population.choose(self.chance)
        request = apply_request(self.environment, resident.name, "anna")
        self.population.requests[request["metadata"]["name"]] = resident.principal

    # At the end

    def calm_down(self) -> None:
        """Have every resource managed again, without a hold."""
        for resident in self.population.residents.values():
            self._edit(resident, suspend=False, managementPolicy=None)
            self.environment.annotate(resident.name, hold_until=None)

    def leave_alone(self) -> None:
        """Suspend every resource and delete the connections, so that nothing is asked of Graph any more."""
        for resident in self.population.residents.values():
            self._edit(resident, suspend=True)
        for name, team in self.teams.items():
            team.delete_connection(name)

    def ask_all(self) -> None:
        """Ask for a look at every resource."""
        for name in self.population.residents:
            self.environment.annotate(name, requested_at=self._draw())

    def _choose_connection(self) -> Object | None:
        name = self.chance.choice((None, *CONNECTIONS))
        return {"name": name} if name else None

    def _apply(self, principal: str, template: str, *, has_application: bool) -> None:
        self.born += 1
        there = [job for job in self.environment.simulator.jobs(principal) if job.template_id == template]
        self.population.left_as.update({job.id: job.schedule_state for job in there})
        found = frozenset(job.id for job in there)
        resident = Resident(f"job-{self.born:05}", principal, template, self._write_spec(), found)
        if has_application:
            resident.secret = f"app-{self.born:05}"
            self._write_token(resident)
            source = {"secretKeyRef": {"name": resident.secret, "key": "token"}}
            entries = [{"key": "BaseAddress", "value": URL}, {"key": "SecretToken", "valueFrom": source}]
            resident.spec["application"] = {"credentials": {"entries": entries}}
        self.environment.apply_job(principal, name=resident.name, template=template, **resident.spec)
        self.population.settle(resident)

    def _write_spec(self) -> Object:
        state = self.chance.choice((None, "Active", "Active", "Active", "Paused"))
        drawn = {
            "connectionRef": self._choose_connection(),
            "deletionPolicy": self.chance.choice(POLICIES),
            "pollInterval": self.chance.choice(POLL_INTERVALS),
            "schedule": {"interval": self.chance.choice(INTERVALS)} | ({"state": state} if state else {}),
        }
        return {name: value for name, value in drawn.items() if value is not None}

    def _write_token(self, resident: Resident) -> None:
        resident.token = f"canary~{self._draw()}"
        self.environment.apply_secret(resident.secret, {"token": resident.token})

    def _draw(self) -> str:
        return f"{self.chance.getrandbits(128):032x}"

    def _edit(self, resident: Resident, **patch: Any) -> None:
        """Merge a patch into a spec, here as at the API server."""
        self.environment.change_job(resident.name, **patch)
        resident.spec = merge(resident.spec, patch)


def merge(document: Mapping[str, Any], patch: Mapping[str, Any]) -> Object:
    """Return a document with a merge patch (RFC 7396)."""
    merged = {key: value for key, value in document.items() if key not in patch}
    for key, value in patch.items():
        if isinstance(value, Mapping):
            merged[key] = merge(document.get(key) or {}, value)
        elif value is not None:
            merged[key] = value
    return merged
