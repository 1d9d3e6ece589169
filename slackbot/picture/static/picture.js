// Draws the picture that the server has laid out, and again whenever the server says that it is another.

const SVG = "http://www.w3.org/2000/svg";
const MOST_NAMED = 20; // stories in a tooltip
const AGAIN = 20_000; // milliseconds until a server is asked again that has refused to tell of changes
const SIDE = 6; // between a box's side and its rows, as in the PNG
const element = (id) => document.getElementById(id);
const view = element("view");
const svg = element("picture");
const key = new URLSearchParams(location.search);
const base = location.pathname.replace(/\/$/, "");

let drawn = null; // the JSON that is shown
let everything = false;
let area = { x: 0, y: 0, width: 1, height: 1 }; // what of the picture is in view
let moved = false; // whether somebody has chosen what is in view
let matches = [];
let match = -1;
let asked = 0;

function address(what, more = {}) {
  const query = new URLSearchParams(key);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return `${base}/${what}?${query}`;
}

function make(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

// --- drawing ----------------------------------------------------------------------------------------------------------

function curve(points) {
  let path = `M${points[0]}`;
  for (let at = 1; at < points.length; at += 1) {
    const [[x1, y1], [x2, y2]] = [points[at - 1], points[at]];
    const middle = (y1 + y2) / 2;
    path += `C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
  }
  return path;
}

function arrow(role) {
  const colour = { current: "#1d1c1d", earlier: "#1d1c1d", taken_back: "#a3182b", branch: "#00655b", story: "#74777d" }[role];
  const tip = make("path", { d: "M0 0L10 5L0 10z", fill: colour });
  return make("marker", { id: `arrow-${role}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 12, markerHeight: 12, markerUnits: "userSpaceOnUse", orient: "auto" }, tip);
}

function cut(text, most) {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}

const SIGNS = { open: "? ", taken_back: "✗ " };

function shape(row, x, width) {
  const y = row.y + 1.5;
  const height = row.height - 3;
  if (row.kind === "rule") {
    const p = Math.min(12, height / 2);
    const right = x + width;
    return make("path", { class: "shape", d: `M${x + p} ${y}H${right - p}L${right} ${y + height / 2}L${right - p} ${y + height}H${x + p}L${x} ${y + height / 2}Z` });
  }
  const radius = row.kind === "user" ? Math.min(15, height / 2) : 2;
  return make("rect", { class: "shape", x, y, width, height, rx: radius });
}

function drawRow(box, row) {
  const x = box.x + SIDE;
  const width = box.width - 2 * SIDE;
  const middle = x + width / 2;
  const states = { open: "open", taken_back: "gone" };
  const classes = [row.kind, row.own && "own", row.branch && "branch", states[row.state]].filter(Boolean).join(" ");
  const sign = SIGNS[row.state] ?? (row.changed ? "✎ " : "");
  const whole = [row.label, ...row.lines, row.tally, row.ends.length > 1 ? `Ends: ${row.ends.slice(0, MOST_NAMED).join(", ")}` : ""];
  const group = make("g", { class: classes }, make("title", {}, whole.filter(Boolean).join("\n")), shape(row, x, width));
  if (row.kind === "form") {
    for (const at of [x + 5, x + width - 5]) group.append(make("path", { class: "shape", d: `M${at} ${row.y + 1.5}v${row.height - 3}` }));
  }
  group.append(make("text", { class: "label", x: middle, y: row.y + 21 }, cut(sign + row.label, row.own ? 22 : 25)));
  row.lines.forEach((line, at) => {
    const isChange = row.changed && at === 0;
    group.append(make("text", { class: isChange ? "small change" : "small", x: middle, y: row.y + 39 + 19 * at }, cut(line, isChange ? 28 : 31)));
  });
  group.dataset.words = [...whole, ...row.ends].join(" ").toLowerCase();
  return group;
}

function draw(data) {
  drawn = data;
  const parts = [make("defs", {}, ...["current", "earlier", "taken_back", "branch", "story"].map(arrow))];
  const order = (line) => (line.role === "story" ? 0 : 1);
  for (const line of [...data.lines].sort((a, b) => order(a) - order(b))) {
    parts.push(make("path", { class: `line ${line.role}${line.open ? " open" : ""}`, d: curve(line.points), "marker-end": `url(#arrow-${line.role})` }));
  }
  for (const box of data.boxes) for (const row of box.rows) parts.push(drawRow(box, row));
  svg.replaceChildren(...parts);
  svg.setAttribute("aria-label", `The conversation as a graph: ${data.title}`);
  element("title").textContent = data.title;
  document.title = `${data.title} – story picture`;
  const words = { open: "Open", finishing: "Finished", finished: "Finished", aborted: "Aborted" }[data.status] ?? data.status;
  element("state").textContent = `${words}.${data.voted ? ` ${data.voted} voted on the open step.` : ""}`;
  element("note").textContent = data.note;
  element("all").textContent = `All stories (${data.stories})`;
  element("all").setAttribute("aria-pressed", String(data.everything));
  lists(data.lists);
  search(false);
}

function lists(given) {
  const made = given.flatMap((one) => {
    const title = document.createElement("h2");
    title.textContent = one.title;
    const list = document.createElement("ol");
    for (const text of one.items) {
      const item = document.createElement("li");
      item.textContent = text;
      list.append(item);
    }
    return [title, list];
  });
  element("lists").replaceChildren(...made);
}

// --- what is in view --------------------------------------------------------------------------------------------------

function show() {
  svg.setAttribute("viewBox", `${area.x} ${area.y} ${area.width} ${area.height}`);
}

function look(x, y, scale) {
  const { clientWidth, clientHeight } = view;
  const bounded = Math.min(Math.max(scale, 0.02), 4);
  area = { x: x - clientWidth / bounded / 2, y: y - clientHeight / bounded / 2, width: clientWidth / bounded, height: clientHeight / bounded };
  show();
}

const scaleNow = () => view.clientWidth / area.width;

function fit() {
  const scale = Math.min(view.clientWidth / drawn.width, view.clientHeight / drawn.height, 1.6);
  look(drawn.width / 2, drawn.height / 2, scale);
}

/** The end of the conversation, large enough to read. */
function here() {
  let last = null;
  for (const box of drawn.boxes) for (const row of box.rows) {
    if (row.own && row.state !== "taken_back" && (!last || row.y > last.y)) last = { x: box.x + box.width / 2, y: row.y };
  }
  if (!last) return;
  const scale = Math.max(scaleNow(), Math.min(1, view.clientWidth / 460));
  look(last.x, last.y - (0.2 * view.clientHeight) / scale, scale); // what came before is above
}

/** All of it where it can be read like that, else the end of the conversation. */
function begin() {
  fit();
  if (scaleNow() < 0.55) here();
}

function zoom(by, at = null) {
  moved = true;
  const x = area.x + (at ? at.x / view.clientWidth : 0.5) * area.width;
  const y = area.y + (at ? at.y / view.clientHeight : 0.5) * area.height;
  const factor = Math.min(Math.max(scaleNow() * by, 0.02), 4) / scaleNow();
  area = { x: x - (x - area.x) / factor, y: y - (y - area.y) / factor, width: area.width / factor, height: area.height / factor };
  show();
}

function move(dx, dy) {
  moved = true;
  area.x -= dx / scaleNow();
  area.y -= dy / scaleNow();
  show();
}

const fingers = new Map();
const place = (event) => {
  const { left, top } = view.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
};

view.addEventListener("pointerdown", (event) => {
  fingers.set(event.pointerId, place(event));
  view.setPointerCapture(event.pointerId);
  view.classList.add("moving");
});
view.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const now = place(event);
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    move((now.x - before.x) / 2, (now.y - before.y) / 2);
  } else move(now.x - before.x, now.y - before.y);
  fingers.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) {
  view.addEventListener(name, (event) => {
    fingers.delete(event.pointerId);
    if (!fingers.size) view.classList.remove("moving");
  });
}
view.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 500), place(event));
}, { passive: false });
view.addEventListener("keydown", (event) => {
  const step = 80;
  const does = {
    ArrowLeft: () => move(step, 0), ArrowRight: () => move(-step, 0), ArrowUp: () => move(0, step), ArrowDown: () => move(0, -step),
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => chosen(fit),
  }[event.key];
  if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  does();
});

function chosen(how) {
  if (!drawn) return;
  moved = true;
  how();
}
element("smaller").onclick = () => zoom(0.8);
element("larger").onclick = () => zoom(1.25);
element("fit").onclick = () => chosen(fit);
element("here").onclick = () => chosen(here);
addEventListener("resize", () => drawn && (moved ? look(area.x + area.width / 2, area.y + area.height / 2, scaleNow()) : begin()));

// --- search -----------------------------------------------------------------------------------------------------------

function search(goes) {
  const words = element("search").value.trim().toLowerCase();
  matches = words ? [...svg.querySelectorAll("g[data-words]")].filter((group) => group.dataset.words.includes(words)) : [];
  for (const group of svg.querySelectorAll("g[data-words]")) group.classList.toggle("found", matches.includes(group));
  element("found").textContent = words ? `${matches.length} found` : "";
  if (!goes || !matches.length) return;
  match = (match + 1) % matches.length;
  const box = matches[match].getBBox();
  chosen(() => look(box.x + box.width / 2, box.y + box.height / 2, Math.max(scaleNow(), 0.9)));
}
element("search").addEventListener("input", () => {
  match = -1;
  search(false);
});
element("search").addEventListener("keydown", (event) => event.key === "Enter" && search(true));

// --- from the server --------------------------------------------------------------------------------------------------

async function fetched() {
  asked += 1;
  const number = asked;
  const answer = await fetch(address("graph", everything ? { all: "1" } : {}), { cache: "no-store" });
  const data = await answer.json();
  if (number !== asked) return;
  if (!answer.ok) {
    element("state").textContent = data.message;
    return;
  }
  const another = !drawn || drawn.everything !== data.everything;
  draw(data);
  if (another) moved = false;
  if (!moved) begin();
}

async function refresh() {
  try {
    await fetched();
  } catch {
    element("state").textContent = "The server does not answer; the picture will be drawn when it does.";
  }
}
element("all").onclick = () => {
  everything = !everything;
  refresh();
};

/** Hears of changes. Where the server takes no more listeners, or this link no more, it shows what there is or why not. */
function listen() {
  const changes = new EventSource(address("changes"));
  changes.onmessage = refresh;
  changes.onerror = () => {
    if (changes.readyState !== EventSource.CLOSED) return; // the browser asks again by itself
    refresh();
    setTimeout(listen, AGAIN);
  };
}
listen();
