// Pages to look at in, as JSON on standard input (chromium.py's Page); what a real Chromium shows of
// them out, as JSON: addresses that a page asked for beside itself, what it complained of, and what
// its expression says after the pointer moved and keys were pressed.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const OWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox", // a container has no other user
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const NO_BROWSER = 3;

// The one that is named, the machine's, or the one that comes inside an npm package (also where
// CHROMIUM_PATH is empty), with the libraries it needs.
async function chromiumPath(folder) {
  const told = process.env.CHROMIUM_PATH;
  const own = told === undefined ? OWN.find((file) => fs.existsSync(file)) : told;
  if (own) return own;
  process.env.TMPDIR = folder; // where the package unpacks itself
  process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs20.x"; // with its libraries: a machine may have none
  process.env.FONTCONFIG_FILE = path.join(folder, "fonts.conf"); // its own looks in /tmp alone
  fs.writeFileSync(
    process.env.FONTCONFIG_FILE,
    `<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir></fontconfig>`,
  );
  const { default: packed } = await import("@sparticuz/chromium");
  return packed.executablePath();
}

async function look(browser, page) {
  const context = await browser.newContext({
    viewport: { width: page.width, height: page.height },
    colorScheme: page.dark ? "dark" : "light",
    javaScriptEnabled: page.script,
    offline: true,
  });
  const tab = await context.newPage();
  const requests = [];
  const errors = [];
  const address = pathToFileURL(page.file).href;
  tab.on("request", (request) => request.url() !== address && requests.push(request.url()));
  tab.on("pageerror", (error) => errors.push(String(error)));
  tab.on("console", (said) => said.type() === "error" && errors.push(said.text()));
  tab.on("dialog", (dialog) => (errors.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await tab.goto(address);
  for (const library of page.libraries) await tab.addScriptTag({ path: library });
  for (const [selector, share] of page.moves) {
    const target = tab.locator(selector).first();
    await target.scrollIntoViewIfNeeded(); // a pointer reaches what is in the window
    const box = await target.boundingBox();
    await tab.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  }
  for (const key of page.keys) await tab.keyboard.press(key);
  const said = await tab.evaluate(page.run);
  if (page.picture) await tab.screenshot({ path: page.picture, fullPage: true });
  await context.close();
  return { requests, errors, said };
}

async function main() {
  const { pages } = JSON.parse(fs.readFileSync(0, "utf8"));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "browser-"));
  try {
    const { chromium } = require("playwright-core");
    const executablePath = await chromiumPath(folder);
    const browser = await chromium
      .launch({ executablePath, args: FLAGS, timeout: 30_000 })
      .catch((error) => {
        error.exitCode = NO_BROWSER;
        throw error;
      });
    const answers = [];
    for (const page of pages) answers.push(await look(browser, page));
    await browser.close();
    process.stdout.write(JSON.stringify(answers));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  process.stderr.write(error.exitCode ? `no browser starts: ${error.message}\n` : `${error.stack}\n`);
  process.exitCode = error.exitCode ?? 1;
});
