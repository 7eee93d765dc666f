"""`frontend`: settings in, a listening webhook out."""

import click


@click.command(epilog="Example: GITHUB_WEBHOOK_SECRET=… PORT=8080 python -m src frontend")
def command() -> None:
    """Run the webhook's frontend on HOST and PORT until SIGTERM or Ctrl-C."""
    from ..frontend.app import main

    main()
