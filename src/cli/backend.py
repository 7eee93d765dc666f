"""`backend`: settings in, a running worker out."""

import click


@click.command(epilog="Example: APPLICATIONINSIGHTS_CONNECTION_STRING=… python -m src backend")
def command() -> None:
    """Run the worker until SIGTERM or Ctrl-C."""
    from ..backend.app import main

    main()
