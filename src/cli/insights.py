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
    from ..shared.serving import build, serve

    settings, app = build(InsightsSettings, app_from)
    serve(app, settings.host, settings.port, "INSIGHTS_HOST and INSIGHTS_PORT")
