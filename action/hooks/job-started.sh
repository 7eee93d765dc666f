#!/bin/sh
# For self-hosted runners, as ACTIONS_RUNNER_HOOK_JOB_STARTED: sampling begins with the job.
#
# The runner waits for a hook, without end, and fails the job where it fails: so this ends soon and
# well, whatever happens. Settings are in the runner's .env: TELEMETRY_PUSH_URL, and others.
sampler="$(dirname -- "$0")/../sampler.py"

if command -v python3 >/dev/null 2>&1; then
  timeout -k 1 5 python3 -I -S "$sampler" start </dev/null ||
    echo "GitHub Telemetry: nothing is sampled: it did not start"
else
  echo "GitHub Telemetry: nothing is sampled: there is no python3 here"
fi
exit 0
