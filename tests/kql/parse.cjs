// KQL on stdin, what Microsoft's own parser finds in it on stdout.
//
// in:  {"tables": {name: "(column: type, ...)"}, "functions": {name: body}, "texts": {name: kql}}
// out: {name: ["message, at \"the text it is about\"", ...]}; an empty list where nothing is found
//
// The parser is .NET compiled to JavaScript for browsers: it wants scripts in one global scope,
// not modules, so it is loaded into a context of its own.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

function loadKusto() {
  const context = vm.createContext({ console });
  const folder = path.dirname(require.resolve("@kusto/language-service-next/package.json"));
  for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
    const script = path.join(folder, file);
    vm.runInContext(fs.readFileSync(script, "utf8"), context, { filename: script });
  }
  return context.Kusto.Language;
}

// Each saved function is taken as what its body gives: to analyse all of the bodies again for each
// text that calls them takes a minute.
function declare(Language, { tables, functions }) {
  const { DatabaseSymbol, FunctionSymbol, TableSymbol } = Language.Symbols;
  const held = Object.entries(tables).map(([name, schema]) => new TableSymbol.$ctor7(name, schema, null));
  const globals = (members) =>
    Language.GlobalState.Default.WithDatabase(new DatabaseSymbol.ctor("scope", members));
  const called = Object.entries(functions).map(([name, body]) => {
    const { ResultType } = Language.KustoCode.ParseAndAnalyze(body, globals(held));
    return new FunctionSymbol.$ctor5(name, ResultType);
  });
  return globals([...held, ...called]);
}

function findings(Language, globals, text) {
  const code = Language.KustoCode.ParseAndAnalyze(text, globals);
  const found = [];
  const diagnostics = code.GetDiagnostics();
  for (let index = 0; index < diagnostics.Count; index += 1) {
    const { Message, Start, Length } = diagnostics.getItem(index);
    found.push(`${Message}, at ${JSON.stringify(text.substr(Start, Length))}`);
  }
  return found;
}

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const Language = loadKusto();
const globals = declare(Language, asked);
const answer = Object.fromEntries(
  Object.entries(asked.texts).map(([name, text]) => [name, findings(Language, globals, text)]),
);
process.stdout.write(JSON.stringify(answer));
