// For builders: every request and delivery as it happens, and switches that make things go wrong.
import { h, memo } from "./dom.js";
import { json } from "./highlight.js";
import { icon } from "./icons.js";
import { get, listen, post, Refused } from "./net.js";
import { changed, explain, isSeen, toast, ui } from "./store.js";

const KEPT = 500;
const state = {
  rows: new Map(),
  faults: null,
  open: new Set(),
  filter: "",
  tab: "traffic",
  paused: false,
  method: "chat.postMessage",
  stream: null,
  busy: false,
};

/** Begin or stop to follow, as the panel is shown or not; to be called after each drawing. */
export function followTraffic() {
  const wanted = ui.panel && isSeen();
  if (wanted && !state.stream) start();
  else if (!wanted && state.stream) {
    state.stream.close();
    state.stream = null;
  }
}

async function start() {
  state.stream = { close() {} };
  try {
    const [traffic, faults] = await Promise.all([get("/page/traffic"), get("/page/faults")]);
    state.faults = faults;
    state.rows = new Map();
    for (const call of traffic.calls) put({ call });
    for (const delivery of traffic.deliveries) put({ delivery });
    state.stream = listen(`/page/traffic/changes?after=${traffic.last_event_id ?? ""}`, {
      change(item) {
        put(item);
        if (!state.paused) changed();
      },
      reload() {
        state.stream?.close();
        state.stream = null;
        changed();
      },
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    setTimeout(() => {
      state.stream = null;
      changed();
    }, 1500);
  }
  changed();
}

function put({ call, delivery }) {
  const row = call
    ? { key: `call-${call.id}`, call, at: call.at }
    : { key: `delivery-${delivery.id}`, delivery, at: delivery.at };
  state.rows.set(row.key, row);
  if (state.rows.size > 2 * KEPT) state.rows.delete(state.rows.keys().next().value);
}

export function panel() {
  const tab = (name, label) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": "panel-body",
        "aria-selected": String(state.tab === name),
        tabindex: state.tab === name ? "0" : "-1",
        class: `tab${state.tab === name ? " active" : ""}`,
        onClick: () => {
          state.tab = name;
          changed();
        },
        onKeydown: (event) => {
          if (["ArrowLeft", "ArrowRight"].includes(event.key)) {
            state.tab = state.tab === "traffic" ? "faults" : "traffic";
            changed();
            setTimeout(() => document.getElementById(`tab-${state.tab}`)?.focus());
          }
        },
      },
      label,
    );
  return h(
    "section",
    { key: "panel", class: "pane panel", "aria-label": "Builders' panel" },
    h(
      "header",
      { class: "pane-head" },
      icon("wrench"),
      h("h2", null, "Build"),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          type: "button",
          class: "icon-btn",
          "aria-label": "Close panel",
          title: "Close",
          onClick: () => {
            ui.panel = false;
            changed();
          },
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "Panel" },
      tab("traffic", "Traffic"),
      tab("faults", faultsOn() ? "Faults •" : "Faults"),
    ),
    h(
      "div",
      { class: "panel-body", id: "panel-body", role: "tabpanel", "aria-labelledby": `tab-${state.tab}` },
      state.tab === "traffic" ? trafficTab() : faultsTab(),
    ),
  );
}

// --- traffic ------------------------------------------------------------------------------------------------------

function nameOfRow({ call, delivery }) {
  return call ? call.method : `${delivery.name}`;
}

let frozen = [];

function trafficTab() {
  const wanted = state.filter.toLowerCase();
  if (!state.paused) frozen = [...state.rows.values()].sort((one, other) => other.at - one.at);
  const rows = frozen
    .filter(
      (row) =>
        !wanted ||
        `${nameOfRow(row)} ${row.delivery?.kind ?? ""} ${row.call?.error ?? ""}`.toLowerCase().includes(wanted),
    )
    .slice(0, 200);
  return [
    h(
      "div",
      { class: "panel-tools" },
      h("input", {
        type: "search",
        class: "text-input",
        placeholder: "Filter by method or kind",
        "aria-label": "Filter",
        value: state.filter,
        onInput: (event) => {
          state.filter = event.target.value;
          changed();
        },
      }),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-small",
          "aria-pressed": String(state.paused),
          onClick: () => {
            state.paused = !state.paused;
            changed();
          },
        },
        state.paused ? "Go on" : "Pause",
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-small",
          onClick: () => {
            state.rows.clear();
            frozen = [];
            changed();
          },
        },
        "Clear",
      ),
    ),
    h(
      "p",
      { class: "panel-legend" },
      h("span", { class: "way way-in" }, "→ app"),
      " deliveries to the app   ",
      h("span", { class: "way way-out" }, "→ Slack"),
      " calls of the Web API",
    ),
    rows.length
      ? h(
          "ul",
          { class: "traffic" },
          rows.map((row) =>
            memo(row.key, [row, state.open.has(row.key), row.key === state.again], () => trafficRow(row)),
          ),
        )
      : h("p", { class: "muted padded" }, "Nothing yet."),
  ];
}

function trafficRow(row) {
  const { key, call, delivery } = row;
  const open = state.open.has(key);
  const flip = () => {
    if (open) state.open.delete(key);
    else state.open.add(key);
    changed();
  };
  const [status, look] = statusOf(row);
  const ms = call?.ms ?? delivery?.ms;
  return h(
    "li",
    { key, class: `traffic-row${open ? " open" : ""}` },
    h(
      "button",
      { type: "button", class: "traffic-head", "aria-expanded": String(open), onClick: flip },
      h("span", { class: `way ${call ? "way-out" : "way-in"}` }, call ? "→ Slack" : "→ app"),
      h(
        "span",
        { class: "traffic-name" },
        nameOfRow(row),
        delivery ? h("span", { class: "traffic-kind" }, ` ${delivery.kind}`) : null,
      ),
      delivery?.attempt ? h("span", { class: "chip chip-warn" }, `retry ${delivery.attempt}`) : null,
      h("span", { class: `chip chip-${look}` }, status),
      h("span", { class: "traffic-ms" }, ms === null || ms === undefined ? "…" : `${Math.round(ms)} ms`),
    ),
    open ? details(row) : null,
  );
}

function statusOf({ call, delivery }) {
  if (call?.rate_limited) return [`429 · ${call.retry_after ?? "?"} s`, "bad"];
  if (call) return call.ok ? ["ok", "good"] : [call.error ?? String(call.status), "bad"];
  if (delivery.acknowledged === null || delivery.acknowledged === undefined) return ["waiting", "plain"];
  return delivery.acknowledged ? ["ack", "good"] : [delivery.reason ?? "no ack", "bad"];
}

function details({ call, delivery }) {
  const part = (title, value) =>
    value === null || value === undefined
      ? null
      : h(
          "div",
          null,
          h("h3", null, title),
          h("pre", { class: "json", tabindex: "0", "aria-label": title }, json(value)),
        );
  const facts = call
    ? [`HTTP ${call.status}`]
    : [
        delivery.transport,
        delivery.retry_reason && `because of ${delivery.retry_reason}`,
        delivery.status && `HTTP ${delivery.status}`,
      ].filter(Boolean);
  const when = new Date((call ?? delivery).at * 1000);
  return h(
    "div",
    { class: "traffic-details" },
    h("p", { class: "muted" }, [when.toLocaleTimeString(), ...facts].join(" · ")),
    delivery
      ? h("button", { type: "button", class: "btn btn-small", onClick: () => redeliver(delivery) }, "Deliver again")
      : null,
    part(call ? "Arguments" : "Payload", call ? call.arguments : delivery.payload),
    part("Answer", call ? call.answer : delivery.answer),
  );
}

async function redeliver(delivery) {
  try {
    await post("/page/redeliver", { delivery_id: delivery.id });
    toast(`${delivery.name} was delivered again`, "note");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(explain(error));
  }
}

// --- faults -------------------------------------------------------------------------------------------------------

function faultsOn() {
  const f = state.faults;
  return f && (f.copies > 1 || f.delay_ms > 0 || f.drop_next_ack > 0 || planned().length > 0);
}

function planned() {
  const some = state.faults?.fail_next;
  return Array.isArray(some) ? some : some ? [some] : [];
}

async function set(wanted, said) {
  try {
    state.faults = await post("/page/faults", wanted);
    if (said) toast(said, "note");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(explain(error));
  }
  changed();
}

async function refreshFaults() {
  try {
    state.faults = await get("/page/faults");
    changed();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
setInterval(() => ui.panel && state.tab === "faults" && refreshFaults(), 1500);

function faultsTab() {
  const f = state.faults;
  if (!f) return h("p", { class: "muted padded" }, "Loading…");
  const row = (title, text, control) =>
    h(
      "div",
      { class: "fault" },
      h("div", { class: "fault-words" }, h("b", null, title), h("span", { class: "muted" }, text)),
      control,
    );
  const methods = [
    "chat.postMessage",
    "chat.update",
    "views.open",
    "views.update",
    "files.completeUploadExternal",
    "*",
  ];
  const fail = (failure, label) =>
    h(
      "button",
      {
        type: "button",
        class: "btn btn-small",
        onClick: () =>
          set(
            { fail_next: { method: state.method, failure, times: 1, retry_after: 3 } },
            `The next ${state.method === "*" ? "call" : state.method} gets ${label}`,
          ),
      },
      label,
    );
  return h(
    "div",
    { class: "faults" },
    row(
      "Deliver everything twice",
      "as Slack does when it isn't sure",
      h("input", {
        type: "checkbox",
        role: "switch",
        class: "switch",
        "aria-label": "Deliver everything twice",
        checked: f.copies > 1,
        onChange: (event) => set({ copies: event.target.checked ? 2 : 1 }),
      }),
    ),
    row(
      "Slow Web API",
      `every call waits ${f.delay_ms} ms`,
      h("input", {
        type: "range",
        min: "0",
        max: "5000",
        step: "250",
        value: String(f.delay_ms),
        "aria-label": "Delay in milliseconds",
        onChange: (event) => set({ delay_ms: Number(event.target.value) }),
      }),
    ),
    row(
      "Drop acknowledgements",
      f.drop_next_ack ? `${f.drop_next_ack} more will be lost` : "the app's answer doesn't arrive",
      h(
        "button",
        { type: "button", class: "btn btn-small", onClick: () => set({ drop_next_ack: f.drop_next_ack + 1 }) },
        "Drop the next",
      ),
    ),
    row(
      "Fail a call",
      "the next call of",
      h(
        "select",
        {
          class: "plain-select",
          "aria-label": "Method",
          value: state.method,
          onChange: (event) => {
            state.method = event.target.value;
            changed();
          },
        },
        methods.map((one) => h("option", { value: one }, one === "*" ? "any method" : one)),
      ),
    ),
    h(
      "div",
      { class: "fault-buttons" },
      fail(429, "429, retry after 3 s"),
      fail(500, "500"),
      fail("internal_error", "internal_error"),
    ),
    planned().length
      ? h(
          "div",
          { class: "fault-planned" },
          h(
            "ul",
            null,
            planned().map((one) => h("li", null, `${one.times} × ${one.method}: ${one.failure}`)),
          ),
          h(
            "button",
            { type: "button", class: "btn btn-small", onClick: () => set({ fail_next: null }) },
            "Forget these",
          ),
        )
      : null,
    row(
      "Disconnect",
      "Socket Mode asks the app to come again",
      h(
        "button",
        {
          type: "button",
          class: "btn btn-small btn-danger",
          onClick: () => set({ disconnect: true }, "The sockets were told to go"),
        },
        "Disconnect",
      ),
    ),
  );
}
