"""`insights`: settings in, a listening stand-in for Application Insights out."""

import click


@click.command(epilog="Example: INSIGHTS_PORT=8090 python -m src insights")
def command() -> None:
    """Run the local stand-in for Application Insights until SIGTERM or Ctrl-C.

    It takes telemetry as the real service does and answers KQL. Settings: INSIGHTS_HOST,
    INSIGHTS_PORT, INSIGHTS_RETENTION_DAYS, GITHUB_TELEMETRY_HOME.
    """
    from ..insights.app import app_from
    from ..insights.settings import InsightsSettings
    from ..shared.errors import SettingsError
    from ..shared.logs import set_up_logs
    from ..shared.serving import serve
    from ..shared.settings import load, refuse

    set_up_logs()
    try:
        settings = load(InsightsSettings)
        app = app_from(settings)
    except SettingsError as exc:
        raise refuse(exc) from None
    serve(app, settings.host, settings.port)
