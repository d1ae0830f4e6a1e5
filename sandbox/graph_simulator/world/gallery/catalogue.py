"""Lists the schemas of the gallery by name."""

from collections.abc import Mapping

from graph_simulator.world.gallery.active_directory import CLOUD_SYNC
from graph_simulator.world.gallery.business_apps import CRM, SERVICE_DESK, SUITE
from graph_simulator.world.gallery.descriptions import Description
from graph_simulator.world.gallery.human_resources import WORKDAY_TO_AD, WORKDAY_TO_ENTRA
from graph_simulator.world.gallery.scim_apps import CUSTOM, DROPBOX, GITHUB, SLACK, ZOOM
from graph_simulator.world.gallery.tenants import CROSS_TENANT

DESCRIPTIONS: Mapping[str, Description] = {
    "custom": CUSTOM,
    "slack": SLACK,
    "zoom": ZOOM,
    "github": GITHUB,
    "dropbox": DROPBOX,
    "crm": CRM,
    "serviceDesk": SERVICE_DESK,
    "suite": SUITE,
    "workdayToActiveDirectory": WORKDAY_TO_AD,
    "workdayToEntra": WORKDAY_TO_ENTRA,
    "crossTenant": CROSS_TENANT,
    "cloudSync": CLOUD_SYNC,
}
"""The descriptions of all schemas, by the name that a template has."""
