"""`import`: takes over the jobs of a tenant as manifests, by reads of Graph only."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from kubectl_entrasync.cli.options import OutputOption, takes_tenant_flags
from kubectl_entrasync.cluster.access import check_name
from kubectl_entrasync.import_jobs.folder import ManifestFolder, list_reserved
from kubectl_entrasync.import_jobs.manifests import ImportOptions, SecretForm
from kubectl_entrasync.import_jobs.selection import Selection
from kubectl_entrasync.import_jobs.summary import ImportSummary, draw_summary, judge_import, write_summary
from kubectl_entrasync.import_jobs.takeover import take_over
from kubectl_entrasync.import_jobs.tenant_jobs import TenantJobs, read_tenant
from kubectl_entrasync.import_jobs.writing import write_jobs, write_list
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.tenant.access import TenantFlags

TABLE = OutputFormat.TABLE

FolderOption = Annotated[Path, typer.Option("--output-dir", "-d", help="The folder to write the manifests to.")]
IdOption = Annotated[
    list[str] | None, typer.Option("--service-principal", help="The object id of one service principal. Repeatable.")
]
AppIdOption = Annotated[list[str] | None, typer.Option("--app-id", help="The id of one app. Repeatable.")]
FilterOption = Annotated[str, typer.Option("--filter", help="Only display names with this text.", show_default=False)]
NamespaceOption = Annotated[str | None, typer.Option("--namespace", "-n", help="The namespace of the manifests.")]
ConnectionOption = Annotated[
    str | None, typer.Option("--connection", help="The GraphConnection that the manifests name.")
]
ObserveOption = Annotated[bool, typer.Option("--observe", help="Only observe: managementPolicy Observe.")]
SchemaOption = Annotated[bool, typer.Option("--with-schema", help="Export the schemas as ConfigMaps too.")]
KustomizeOption = Annotated[bool, typer.Option("--kustomize", help="Write a kustomization.yaml too.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
SecretsOption = Annotated[
    SecretForm, typer.Option("--secrets", help="What to write for values that Graph does not show.")
]
StoreOption = Annotated[str | None, typer.Option("--secret-store", help="The ClusterSecretStore of ExternalSecrets.")]


@takes_tenant_flags
def import_jobs(
    flags: TenantFlags,
    output_dir: FolderOption = Path("entrasync"),
    *,
    service_principal: IdOption = None,
    app_id: AppIdOption = None,
    text: FilterOption = "",
    namespace: NamespaceOption = None,
    connection: ConnectionOption = None,
    observe: ObserveOption = False,
    with_schema: SchemaOption = False,
    secrets: SecretsOption = SecretForm.SECRET,
    secret_store: StoreOption = None,
    kustomize: KustomizeOption = False,
    overwrite: OverwriteOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Write the provisioning jobs of a tenant as manifests. Exit code 1: something could not be imported."""
    for given, kind in (
        (namespace, "namespace"),
        (connection, "GraphConnection"),
        (secret_store, "ClusterSecretStore"),
    ):
        if given is not None:
            check_name(given, kind)
    selection = Selection(tuple(service_principal or ()), tuple(app_id or ()), text)
    options = ImportOptions(namespace, connection, observe, with_schema, secrets, secret_store)
    folder = ManifestFolder(output_dir, overwrite=overwrite)
    folder.check()
    read = asyncio.run(read_tenant(flags, selection, with_schema=with_schema))
    summary = _write(read, options, folder, kustomize=kustomize)
    if output is TABLE:
        open_console().print(draw_summary(summary))
    else:
        print_document(write_summary(summary), output)
    raise typer.Exit(judge_import(summary))


def _write(read: TenantJobs, options: ImportOptions, folder: ManifestFolder, *, kustomize: bool) -> ImportSummary:
    known = folder.read_known()
    names = {job_id: job.name for job_id, job in known.items()}
    takeover = take_over(read.found, options, names, reserved=list_reserved(known))
    written = write_jobs(folder, takeover, known)
    return ImportSummary(
        tenant_id=read.tenant_id,
        folder=folder.path,
        service_principals=read.looked_at,
        unread=read.unread,
        graph_calls=read.graph_calls,
        jobs=written,
        problems=[*read.problems, *takeover.problems],
        kustomization=write_list(folder, written) if kustomize and written else None,
    )
