"""Nothing in; the report's script, out: it tells the values of the moment under the pointer.

The pictures are a slider of time to the keyboard and to screen readers. Without the script nothing
is missing but this.
"""

from __future__ import annotations

SCRIPT = """
for (const course of document.querySelectorAll(".course")) {
  const data = JSON.parse(course.nextElementSibling.textContent);
  const cursor = course.appendChild(made("div", "cursor"));
  const told = course.appendChild(made("div", "told"));
  const last = data.parts - 1;
  let at = 0;

  function made(tag, kind, words) {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    if (words) element.textContent = words;
    return element;
  }
  function clock(seconds) {
    const whole = Math.round(seconds), two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(whole % 60);
  }
  function show(part) {
    at = Math.min(Math.max(part, 0), last);
    const share = (at + 0.5) / data.parts, seconds = share * data.seconds;
    const running = data.steps.filter((step) => step[1] <= seconds && seconds < step[2]);
    const names = running.slice(0, 3).map((step) => step[0]);
    if (running.length > 3) names.push("and " + (running.length - 3) + " more");
    const rows = data.readings.map(([name, shade, words]) => [name, shade, words[at] ?? "unseen"]);
    told.replaceChildren(made("strong", "", clock(seconds)));
    for (const name of names) told.append(made("div", "", name));
    for (const [name, shade, words] of rows) {
      const row = told.appendChild(made("div")), label = row.appendChild(made("span"));
      label.append(made("i", "swatch swatch-" + shade), name);
      row.append(made("span", "", words));
    }
    cursor.style.left = share * 100 + "%";
    told.style.left = share < 0.5 ? "calc(" + share * 100 + "% + 12px)" : "";
    told.style.right = share < 0.5 ? "" : "calc(" + (1 - share) * 100 + "% + 12px)";
    course.setAttribute("aria-valuenow", at);
    course.setAttribute("aria-valuetext",
      [clock(seconds), ...names, ...rows.map(([name, , words]) => name + " " + words)].join(", "));
    cursor.hidden = told.hidden = false;
  }
  function hide() { cursor.hidden = told.hidden = true; }
  function point(event) {
    const box = course.getBoundingClientRect();
    show(Math.floor((event.clientX - box.left) / box.width * data.parts));
  }
  const far = Math.max(Math.round(data.parts / 10), 1);
  const moves = { ArrowLeft: () => at - 1, ArrowRight: () => at + 1, ArrowDown: () => at - 1,
    ArrowUp: () => at + 1, PageDown: () => at - far, PageUp: () => at + far, Home: () => 0,
    End: () => last };

  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0,
    "aria-valuemax": last, "aria-valuenow": 0, "aria-label": "Moment of the job" })) {
    course.setAttribute(name, value);
  }
  course.addEventListener("pointermove", point);
  course.addEventListener("pointerdown", point);
  course.addEventListener("pointerleave", hide);
  course.addEventListener("focus", () => course.matches(":focus-visible") && show(at));
  course.addEventListener("blur", hide);
  course.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return hide();
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in moves)) return;
    event.preventDefault();
    show(moves[event.key]());
  });
  hide();
}
"""
