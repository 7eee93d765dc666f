"""The backend's own settings in, the real backend out, with leases of a second.

    python -m tests.integration.hasty_backend

Its settings allow no lease under 30 s: a killed worker's messages would come back no earlier, and
a test that kills a dozen would take minutes. LEASE_SECONDS in the environment says otherwise.
"""

import asyncio
import os

from src.backend.app import serve
from src.backend.settings import BackendSettings
from src.shared.logs import set_up_logs
from src.shared.settings import load

LEASE_SECONDS = float(os.environ.get("LEASE_SECONDS", "1"))

if __name__ == "__main__":
    set_up_logs()
    hasty = {"visibility_timeout_seconds": LEASE_SECONDS}
    asyncio.run(serve(load(BackendSettings).model_copy(update=hasty)))
