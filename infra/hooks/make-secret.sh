#!/bin/sh
# Makes the webhook's secret where the environment has none. azd keeps it in .azure/, out of git.
set -eu

if [ -z "${GITHUB_WEBHOOK_SECRET:-}" ]; then
  azd env set GITHUB_WEBHOOK_SECRET "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
fi
