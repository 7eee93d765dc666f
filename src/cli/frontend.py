"""`frontend`: settings in, a listening webhook out."""

import click


@click.command(epilog="Example: GITHUB_WEBHOOK_SECRET=… PORT=8080 python -m src frontend")
def command() -> None:
    """Run the webhook's frontend on HOST and PORT until SIGTERM or Ctrl-C."""
    from ..frontend.app import app_from
    from ..frontend.settings import FrontendSettings
    from ..shared.errors import SettingsError
    from ..shared.logs import set_up_logs
    from ..shared.serving import serve
    from ..shared.settings import load, refuse

    set_up_logs()
    try:
        settings = load(FrontendSettings)
        app = app_from(settings)
    except SettingsError as exc:
        raise refuse(exc) from None
    serve(app, settings.host, settings.port)
