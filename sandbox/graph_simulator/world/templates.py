"""Defines synchronization templates, and the gallery of those that service principals may offer."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

_GALLERY = UUID("5a1e7a3c-7a44-4c39-8c9f-2d2c6d0f9b6e")


@dataclass(frozen=True, slots=True)
class Template:
    """A synchronization template that a service principal may offer, and how jobs made from it run."""

    id: str
    factory_tag: str
    description: str = ""
    default: bool = True
    discoverable: bool = True
    metadata: tuple[tuple[str, str], ...] = ()
    """The keys as v1.0 writes them, with a capital; beta writes most with a small first letter (graph-facts 2.1)."""
    interval: timedelta = timedelta(minutes=40)
    initial_duration: timedelta = timedelta(minutes=6)
    duration: timedelta = timedelta(minutes=2)
    entry_types: tuple[str, ...] = ("user to User", "group to Group")
    settings: tuple[tuple[str, str], ...] = (
        ("AzureIngestionAttributeOptimization", "False"),
        ("LookaheadQueryEnabled", "False"),
    )

    gallery_schema: str = ""
    """The name of its schema in `gallery.catalogue`; empty for a small schema with one rule."""

    @property
    def application_id(self) -> str:
        """The id of the gallery application that it belongs to, derived from its own."""
        return str(uuid5(_GALLERY, self.id))


def _offer(template_id: str, factory_tag: str, schema: str, description: str) -> Template:
    """Define a template with a schema of the gallery."""
    metadata = (("GalleryApplicationKey", factory_tag), ("ConfigurationFields", _SCIM_FIELDS))
    return Template(template_id, factory_tag, description, metadata=metadata, gallery_schema=schema)


_SCIM_FIELDS = '[{"name":"baseaddress"},{"name":"secrettoken","secret":true}]'

TEMPLATES = {
    template.id: template
    for template in (
        Template(
            "scim",
            "CustomSCIM",
            "Synchronize users and groups to an application that speaks SCIM 2.0.",
            metadata=(("ConfigurationFields", _SCIM_FIELDS), ("IsOAuthEnabled", "false")),
        ),
        Template(
            "aWSSingleSignon",
            "aws",
            "Synchronize users and groups to AWS IAM Identity Center.",
            metadata=(("GalleryApplicationKey", "aws"), ("ConfigurationFields", _SCIM_FIELDS)),
        ),
        Template("salesforce", "salesforce", "Synchronize users to Salesforce.", entry_types=("user to User",)),
        Template("zendesk", "zendesk", "Synchronize users to Zendesk.", interval=timedelta(minutes=20)),
        Template("dataBricks", "dataBricks", "Synchronize users and groups to Databricks."),
        Template("Azure2Azure", "Azure2Azure", "Synchronize users to another tenant."),
        Template(
            "AD2AADProvisioning",
            "AD2AADProvisioning",
            "Synchronize users and groups from Active Directory.",
            interval=timedelta(minutes=2),
            initial_duration=timedelta(minutes=1),
            duration=timedelta(seconds=20),
        ),
        Template("API2AAD", "API2AAD", "Take users that are uploaded.", entry_types=("user to User",)),
        _offer("fullScim", "CustomSCIM", "custom", "Synchronize to an application that speaks SCIM, with extensions."),
        _offer("fullSlack", "slack", "slack", "Synchronize to a chat of teams."),
        _offer("fullZoom", "zoom", "zoom", "Synchronize to a service of meetings."),
        _offer("fullGitHub", "gitHubEnterpriseCloud", "github", "Synchronize to an enterprise of developers."),
        _offer("fullDropbox", "dropbox", "dropbox", "Synchronize to a store of files."),
        _offer("fullSalesforce", "salesforce", "crm", "Synchronize to a system of customers, with contacts."),
        _offer("fullServiceNow", "serviceNow", "serviceDesk", "Synchronize to a service desk, with locations."),
        _offer("fullGoogle", "gsuite", "suite", "Synchronize to an office suite, with shared contacts."),
        _offer("fullWorkday2AD", "workday", "workdayToActiveDirectory", "Bring workers into Active Directory."),
        _offer("fullWorkday2AAD", "workday", "workdayToEntra", "Bring workers into Entra ID, and their mail back."),
        _offer("fullAzure2Azure", "Azure2Azure", "crossTenant", "Synchronize users and groups to another tenant."),
        _offer("fullAD2AAD", "AD2AADProvisioning", "cloudSync", "Synchronize from a large Active Directory."),
    )
}
"""The gallery's templates by id. The ids are from captures (graph-facts 4.1); the descriptions are made up.

Those that begin with `full` have schemas of the size of real ones, and made up ids.
"""
