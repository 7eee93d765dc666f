// After the job's last step: the summary, by the step that started sampling.
"use strict";

const { finish, guarded } = require("./shim.js");

if (process.env.STATE_begun) guarded(finish);
