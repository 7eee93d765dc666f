// Azurite looks for a blob by its account first, which is every blob's, and so gets slower with
// each one; its index by name is there, but only serves whoever asks for the name first.

const { Resultset } = require("lokijs");

const { find } = Resultset.prototype;

Resultset.prototype.find = function (query, ...more) {
  const byName = typeof query?.name === "string" ? { name: query.name, ...query } : query;
  return find.call(this, byName, ...more);
};
