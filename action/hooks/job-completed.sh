#!/bin/sh
# For self-hosted runners, as ACTIONS_RUNNER_HOOK_JOB_COMPLETED: sampling ends, the summary is written.
#
# Like the other one it ends soon and well. What an action in the job has ended already is not told
# twice.
sampler="$(dirname -- "$0")/../sampler.py"
folder="${TELEMETRY_DIR:-${RUNNER_TEMP:-/tmp}/telemetry}"

if command -v python3 >/dev/null 2>&1 && [ -e "$folder/sampler.pid" ]; then
  timeout -k 1 40 python3 -I -S "$sampler" finish --dir "$folder" \
    --github-summary "$folder/summary.md" --html "$folder/report.html" </dev/null ||
    echo "GitHub Telemetry: finish did not end well"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -s "$folder/summary.md" ]; then
    cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
  fi
fi
exit 0
