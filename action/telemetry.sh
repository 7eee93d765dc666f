# Steps and stages of a build, as functions for bash and dash (any POSIX shell on Linux):
#
#   . action/telemetry.sh
#   telemetry_init build 0.10.2
#   telemetry_step_start compile
#   make
#   telemetry_step_end compile
#   telemetry_finalize
#
# Each is a command of sampler.py beside this file, and keeps what it knows on disk: it works across
# shells, steps of a job, and in parallel. None of them ever fails, also under `set -eu`.
# shellcheck shell=sh

# Where this file is: bash says it; other shells have it open while they read it.
_telemetry_find() {
    # shellcheck disable=SC3028,SC3054
    _telemetry_file=${BASH_SOURCE:-}
    if [ -z "$_telemetry_file" ]; then
        for _telemetry_fd in /proc/$$/fd/*; do
            case $(readlink "$_telemetry_fd" || :) in
                */telemetry.sh) _telemetry_file=$_telemetry_fd ;;
            esac
        done
    fi
    _telemetry_file=$(readlink -f "$_telemetry_file" || :)
    echo "${_telemetry_file%/*}/sampler.py"
}

TELEMETRY_SAMPLER=${TELEMETRY_SAMPLER:-$(_telemetry_find)}

# A folder that is named from here must stay the same one wherever the shell goes.
case ${TELEMETRY_DIR:-/} in
    /*) ;;
    *) export TELEMETRY_DIR="$PWD/$TELEMETRY_DIR" ;;
esac

_telemetry() {
    if ! command -v python3 >/dev/null 2>&1; then
        echo "nothing is sampled: there is no python3" >&2
    elif [ ! -r "$TELEMETRY_SAMPLER" ]; then
        echo "nothing is sampled: set TELEMETRY_SAMPLER to where action/sampler.py is" >&2
    else
        python3 -I -S "$TELEMETRY_SAMPLER" "$@"
    fi || :
}

# For another shell, in the folder where init_telemetry was called.
_telemetry_here() {
    if [ -z "${TELEMETRY_DIR:-}" ] && [ -d .telemetry ]; then
        export TELEMETRY_DIR="$PWD/.telemetry"
    fi
    _telemetry "$@"
}

# telemetry_init [JOB [VERSION]]: begin; a sampler runs in the background until telemetry_finalize.
telemetry_init() { _telemetry init -- "$@"; }

# telemetry_step_start NAME, telemetry_step_end NAME [--status success|failure|warning]: a step, and
# in the log a box with what it used.
telemetry_step_start() { _telemetry step -- start "$@"; }
telemetry_step_end() {
    _telemetry_name=${1:-}
    [ $# -eq 0 ] || shift
    _telemetry step "$@" -- end "$_telemetry_name"
}

# telemetry_finalize: write the documents, print the table.
telemetry_finalize() { _telemetry finalize "$@"; }

# init_telemetry: the same as telemetry_init, with all files in .telemetry unless TELEMETRY_DIR says
# otherwise; later steps of a job know of it.
init_telemetry() {
    if [ -z "${TELEMETRY_DIR:-}" ]; then
        export TELEMETRY_DIR="$PWD/.telemetry"
        if [ -n "${GITHUB_ENV:-}" ]; then
            echo "TELEMETRY_DIR=$TELEMETRY_DIR" >>"$GITHUB_ENV" || :
        fi
    fi
    _telemetry init -- "$@"
}

# record_build_stage NAME; record_build_stage_complete NAME [success|failure|warning [MESSAGE]]
record_build_stage() { _telemetry_here stage -- "$@"; }
record_build_stage_complete() {
    _telemetry_here stage --status="${2:-success}" --message="${3:-}" -- "${1:-}"
}

# record_build_failure STAGE REASON [CODE]
record_build_failure() {
    _telemetry_here failure ${3:+"--code=$3"} -- "${1:-}" "${2:-}"
}

# finalize_telemetry: as telemetry_finalize. get_telemetry_summary [--csv | --json]: the table so far.
finalize_telemetry() { _telemetry_here finalize "$@"; }
get_telemetry_summary() { _telemetry_here summary "$@"; }

# save_as_baseline: what later builds in this folder are compared with; SAVE_BASELINE=true has
# finalize_telemetry do it. check_performance_regressions: how this build compares, so far.
save_as_baseline() { _telemetry_here baseline save; }
check_performance_regressions() { _telemetry_here baseline check; }
