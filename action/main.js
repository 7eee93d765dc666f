// The step itself: start sampling where `pre` did not run, or end it where that is asked for.
"use strict";

const { asks, begin, finish, guarded } = require("./shim.js");

guarded(asks("finish") ? finish : begin);
