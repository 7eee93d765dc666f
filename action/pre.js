// Before the job's first step: start sampling. The runner skips this for actions called by `./`.
"use strict";

const { begin, guarded } = require("./shim.js");

guarded(begin);
