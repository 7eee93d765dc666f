#!/bin/sh
# For self-hosted runners, as ACTIONS_RUNNER_HOOK_JOB_COMPLETED: sampling ends, the summary is written.
#
# Like the other one it ends soon and well. What an action in the job has ended already is not told
# twice.
sampler="$(dirname -- "$0")/../sampler.py"
folder="${TELEMETRY_DIR:-${RUNNER_TEMP:-/tmp}/telemetry}"

run() {
  limit="$1"
  shift
  timeout -k 1 "$limit" python3 -I -S "$sampler" "$@" </dev/null ||
    echo "GitHub Telemetry: $1 did not end well"
}

if command -v python3 >/dev/null 2>&1 && [ -e "$folder/sampler.pid" ]; then
  run 10 stop --dir "$folder"
  run 30 summarize --dir "$folder" --github-summary "$folder/summary.md" --html "$folder/report.html"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -s "$folder/summary.md" ]; then
    cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
  fi
  if [ -n "${TELEMETRY_PUSH_URL:-}" ]; then
    run 3 push --last --dir "$folder"
  fi
fi
exit 0
