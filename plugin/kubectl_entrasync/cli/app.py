"""The commands of `kubectl entrasync`."""

import typer

from kubectl_entrasync.cli import (
    describe,
    doctor,
    errors,
    fleet,
    import_jobs,
    mend,
    plan,
    provision,
    report,
    schema,
    validate,
)
from kubectl_entrasync.cli.interruptible import InterruptibleCommands

app = typer.Typer(
    name="kubectl-entrasync",
    cls=InterruptibleCommands,
    help="Microsoft Entra provisioning jobs under the Entra Sync Operator: see them, take them over, mend them.",
    no_args_is_help=True,
    add_completion=False,  # of a program, and kubectl completes its plugins itself: see completion.py
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(fleet.get)
app.command()(fleet.status)
app.command()(describe.describe)
app.command()(errors.errors)
app.command()(doctor.doctor)
app.command("import")(import_jobs.import_jobs)
app.command()(report.report)
app.command()(plan.plan)
app.command()(validate.validate)
app.command()(mend.reconcile)
app.command()(mend.restart)
app.command()(mend.pause)
app.command()(mend.start)
app.command()(mend.hold)
app.command("approve-deletions")(mend.approve_deletions)
app.command()(provision.provision)
app.add_typer(schema.app, name="schema")
