"""The command line: one file a command, imported only when it is called, so that --help is quick.

A command's file has a click command named `command`.
"""

import importlib

import click

COMMANDS = {
    "up": "run everything on this machine and show an answer",
    "frontend": "run the webhook's frontend",
    "backend": "run the worker",
    "insights": "run the local stand-in for Application Insights",
    "query": "ask the tables in KQL",
    "show": "show a run, its jobs and steps, and what they used",
    "analyse": "tell what each step of a job used, and what it was short of",
    "simulate": "write realistic deliveries with known truth",
    "replay": "sign and post recorded deliveries",
    "doctor": "check the settings and whatever they lead to",
    "poison": "list, show, retry or drop what could not be processed",
    "generate": "write the docs and KQL that follow from the table of names",
}
HIDDEN = {"generate"}


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The shown names, in the order in which a newcomer meets them."""
        return [name for name in COMMANDS if name not in HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command's own object, from its own file."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f".{cmd_name}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any of them."""
        rows = [(name, COMMANDS[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `python -m src up`; each command's --help has an example.",
)
@click.version_option(package_name="github-telemetry")
def main() -> None:
    """See where GitHub Actions time goes."""
