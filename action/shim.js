// The runner's environment in; the sampler runs, what it says and makes goes to the runner.
//
// Nothing here fails a job: whatever goes wrong is a line, and the exit code is 0.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const SAMPLER = path.join(__dirname, "sampler.py");
const START_MS = 5_000;
const FINISH_MS = 40_000;
const MOST_SUMMARY_BYTES = 1 << 20; // over it, GitHub drops all of it
const SWITCHES = ["telemetry_enabled", "generate_chart", "upload_artifact", "finish"];

// The first would make the sampler a step's, the second is nobody's but the runner's. By
// RUNNER_TRACKING_ID, which the sampler itself must not bear, it knows our job's processes.
const NOT_HANDED_ON = /^(GITHUB_ACTION|ACTIONS_RUNTIME_.*|INPUT_.*)$/;
const ASKS_FOR_TOKENS = /^ACTIONS_ID_TOKEN_REQUEST_/;

/** Do it; a failure is a notice. */
function guarded(what) {
  try {
    what();
  } catch (error) {
    notice(`nothing is sampled: ${error.message}`);
  }
}

/** Whether an input says yes. */
function asks(name) {
  return input(name).toLowerCase() === "true";
}

/** Whether there is anything to do at all. */
function isEnabled() {
  const variable = (process.env.TELEMETRY_ENABLED || "true").toLowerCase();
  return input("telemetry_enabled").toLowerCase() !== "false" && variable !== "false";
}

/** Whoever writes `yes` shall not have to wonder. */
function warnOfSwitch(name) {
  if (!/^(true|false)?$/i.test(input(name))) {
    notice(`${name}: ${input(name)} is neither true nor false`);
  }
}

/** Start the sampler, unless another step of this job has. */
function begin() {
  const { STATE_tried, TELEMETRY_STARTED } = process.env;
  if (!isEnabled() || STATE_tried) return;
  hand("GITHUB_STATE", "tried", "true");
  SWITCHES.forEach(warnOfSwitch);
  if (asks("finish") || TELEMETRY_STARTED) return;
  if (process.platform !== "linux") {
    notice(`nothing is sampled: this is ${process.platform}, and /proc is Linux's`);
    return;
  }
  const options = ["--interval", input("sampling_rate"), "--proc-path", input("proc_path")];
  const told = asks("upload_artifact") ? ["--artifact", input("artifact_name")] : [];
  const started = sampler("begin", [...options, ...told], START_MS);
  if (!started.isFine) return;
  hand("GITHUB_STATE", "begun", "true");
  hand("GITHUB_ENV", "TELEMETRY_STARTED", "true");
  hand("GITHUB_ENV", "TELEMETRY_DIR", folder());
  hand("GITHUB_ENV", "TELEMETRY_OWN_ACTION", ownKeys());
  append("GITHUB_ENV", started.output);
}

/** End sampling; the summary and all files are there then. */
function finish() {
  if (!isEnabled() || process.env.TELEMETRY_FINISHED || !isSampled()) return;
  hand("GITHUB_ENV", "TELEMETRY_FINISHED", "true");
  const markdown = path.join(folder(), "summary.md");
  const report = asks("generate_chart") ? ["--html", path.join(folder(), "report.html")] : [];
  const charts = ["--generate-chart", asks("generate_chart") ? "true" : "false"];
  sampler("finish", ["--github-summary", markdown, ...charts, ...report], FINISH_MS);
  if (fs.existsSync(markdown)) appendSummary(fs.readFileSync(markdown));
}

/** Whether a step of this job has started it, or a hook of the machine's. */
function isSampled() {
  return process.env.TELEMETRY_STARTED || fs.existsSync(path.join(folder(), "sampler.pid"));
}

/** Run one of its commands: what it prints, and whether it had nothing to complain of. */
function sampler(command, options, timeout) {
  const words = ["-I", "-S", SAMPLER, command, "--dir", folder(), ...options];
  const ran = spawnSync("python3", words, {
    env: environment(),
    timeout,
    killSignal: "SIGKILL",
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaints = (ran.stderr || "").split("\n").filter((line) => line.trim());
  if (ran.error || ran.status !== 0) complaints.push(`${command}: ${why(ran, timeout)}`);
  complaints.forEach(notice);
  return { output: ran.stdout || "", isFine: complaints.length === 0 };
}

function why(ran, timeout) {
  if (ran.error?.code === "ENOENT") return "there is no python3 here";
  if (ran.error?.code === "ETIMEDOUT") return `it took more than ${timeout / 1000} s`;
  return ran.error?.message || `it ended with ${ran.signal || ran.status}`;
}

/** The sampler's own settings are variables, also where there is no action: see README. */
function environment() {
  const mine = {
    TELEMETRY_PUSH_URL: input("push_url"),
    TELEMETRY_PUSH_SECRET: input("push_secret"),
    TELEMETRY_AUDIENCE: input("audience"),
    TELEMETRY_JOB_ID: input("job_id"),
    TELEMETRY_OWN_ACTION: ownKeys(),
  };
  const theirs = Object.entries(process.env).filter(
    ([name]) =>
      !NOT_HANDED_ON.test(name) && (mine.TELEMETRY_PUSH_URL || !ASKS_FOR_TOKENS.test(name)),
  );
  const said = Object.entries(mine).filter(([, value]) => value);
  return Object.fromEntries([...theirs, ...said]);
}

/** The keys of our steps, which are not the job's. */
function ownKeys() {
  const keys = [process.env.TELEMETRY_OWN_ACTION, process.env.GITHUB_ACTION];
  return [...new Set(keys.filter(Boolean))].join(" ");
}

function folder() {
  const temporary = process.env.RUNNER_TEMP || os.tmpdir();
  return process.env.TELEMETRY_DIR || path.join(temporary, "telemetry");
}

function input(name) {
  return (process.env[`INPUT_${name.toUpperCase()}`] || "").trim();
}

/** A name and a value to one of the runner's files; later steps have them. */
function hand(file, name, value) {
  append(file, `${name}=${value}\n`);
}

function append(file, text) {
  if (process.env[file]) fs.appendFileSync(process.env[file], text);
}

/** All of it or nothing: what else the step wrote there shall not be lost by ours. */
function appendSummary(markdown) {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  const there = fs.existsSync(file) ? fs.statSync(file).size : 0;
  if (there + markdown.length <= MOST_SUMMARY_BYTES) fs.appendFileSync(file, markdown);
}

/** A line that stands out in the log; nothing in it is a command to the runner. */
function notice(words) {
  const escaped = words.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  process.stdout.write(`::notice title=GitHub Telemetry::${escaped}\n`);
}

module.exports = { asks, begin, finish, guarded };
