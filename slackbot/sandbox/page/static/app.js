// The page: puts its parts together and draws them anew whenever something has changed.
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, mount } from "./dom.js";
import { closeViewer, viewer } from "./files.js";
import { icon } from "./icons.js";
import { closeMenu, menuLayer } from "./menu.js";
import { closeThread } from "./message_actions.js";
import { messageList } from "./messages.js";
import { afterModal, asking, beforeModal, confirmation, modal, toasts } from "./modal.js";
import { act, get, Refused } from "./net.js";
import { followTraffic, panel } from "./panel.js";
import { avatar } from "./people.js";
import { pickerLayer } from "./picker.js";
import { note, settle } from "./places.js";
import { homeScope } from "./scopes.js";
import { rail, sidebar } from "./sidebar.js";
import {
  appChannel,
  become,
  changed,
  channel as channelOf,
  channelName,
  inChannel,
  message,
  nameOf,
  onChange,
  perform,
  repliesOf,
  setWorkspace,
  store,
  ui,
  unread,
} from "./store.js";
import { openSwitcher, switcher } from "./switcher.js";
import { scroller, threadPane } from "./thread.js";

const root = document.getElementById("root");
const layer = document.getElementById("layer");

function page() {
  if (store.stranger)
    return h(
      "div",
      { class: "blank" },
      h("h1", null, "Nobody by that id"),
      h("p", null, h("a", { href: "/" }, "Choose somebody who is here")),
    );
  if (!store.ready)
    return h(
      "div",
      { class: "blank" },
      h("span", { class: "spinner big" }),
      h("p", null, store.online === false && store.workspace ? "Trying to reach the sandbox…" : "Loading…"),
    );
  const wide = `${ui.thread ? " with-thread" : ""}${ui.panel ? " with-panel" : ""}`;
  return h(
    "div",
    { class: "frame" },
    topBar(),
    h(
      "div",
      { class: `columns${wide}` },
      rail(),
      sidebar(),
      ui.drawer
        ? h("div", {
            class: "drawer-scrim",
            onClick: () => {
              ui.drawer = false;
              changed();
            },
          })
        : null,
      h(
        "main",
        { class: "main" },
        ui.place.kind === "app" ? appPane() : channelPane(ui.place.channel),
        ui.thread
          ? threadPane(message(ui.thread.channel, ui.thread.ts), repliesOf(ui.thread.channel, ui.thread.ts))
          : null,
        ui.panel ? panel() : null,
      ),
    ),
  );
}

function topBar() {
  return h(
    "header",
    { class: "top" },
    h(
      "button",
      {
        type: "button",
        class: "icon-btn drawer-open",
        "aria-label": "Open sidebar",
        "aria-expanded": String(ui.drawer),
        "aria-controls": "sidebar",
        onClick: () => {
          ui.drawer = true;
          changed();
          setTimeout(() => document.querySelector(".sidebar .side-item.active, .sidebar .side-item")?.focus());
        },
      },
      icon("menu"),
    ),
    h(
      "button",
      { type: "button", class: "search", onClick: openSwitcher },
      icon("search", 16),
      h("span", null, `Search ${store.workspace.team.name}`),
      h("kbd", null, "Ctrl K"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "icon-btn panel-open",
        "aria-label": "Builders' panel",
        "aria-pressed": String(ui.panel),
        title: "Builders' panel",
        onClick: () => {
          ui.panel = !ui.panel;
          changed();
        },
      },
      icon("wrench"),
    ),
  );
}

function banner() {
  if (!store.online)
    return h(
      "div",
      { key: "banner", class: "banner", role: "status" },
      h("span", { class: "spinner" }),
      "Reconnecting… what you see may be old.",
    );
  if (!store.appConnected)
    return h(
      "div",
      { key: "banner", class: "banner", role: "status" },
      icon("warning", 16),
      `${store.workspace.app.name} is not connected just now.`,
    );
  return null;
}

// --- a channel ----------------------------------------------------------------------------------------------------

function channelPane(id) {
  const known = channelOf(id);
  if (!known)
    return h("section", { class: "pane channel" }, h("p", { class: "muted padded" }, "There is no channel here yet."));
  const people = known.members.filter((one) => store.people.has(one));
  const list = inChannel(id);
  return h(
    "section",
    { key: `channel-${id}`, class: "pane channel", "aria-label": `Channel ${channelName(id)}` },
    h(
      "header",
      { class: "pane-head" },
      h("h1", null, icon(known.kind === "group" ? "lock" : "hash", 18), channelName(id)),
      h("span", { class: "spacer" }),
      h(
        "span",
        { class: "member-count", title: people.map(nameOf).join(", ") },
        people.slice(0, 3).map((one) => avatar(one, 24)),
        h("span", null, people.length),
        h("span", { class: "hidden-text" }, " members"),
      ),
    ),
    banner(),
    scroller(
      `list-${id}`,
      `Messages in ${channelName(id)}`,
      messageList(id, list, { unreadFrom: ui.unreadLine[id] }),
      beginning(known),
    ),
    composer(id, null),
  );
}

function beginning(known) {
  const command = store.workspace.commands[0];
  return h(
    "div",
    { key: "beginning", class: "beginning" },
    h("h2", null, icon(known.kind === "group" ? "lock" : "hash", 28), known.name),
    h(
      "p",
      null,
      "This is the very beginning of the ",
      h("b", null, `#${known.name}`),
      " channel.",
      command ? [" Type ", h("code", null, command.command), ` to begin with ${store.workspace.app.name}.`] : null,
    ),
  );
}

/** What is on the screen of a window that somebody looks at has been read. */
function markRead() {
  if (!store.ready || ui.place.kind !== "channel") return;
  const { channel } = ui.place;
  if (document.visibilityState !== "visible") {
    if (unread(channel)) ui.unreadLine[channel] ??= store.read[channel] ?? "0";
    return;
  }
  const latest = inChannel(channel)
    .filter((m) => !m.is_ephemeral)
    .at(-1)?.ts;
  if (!latest || !unread(channel)) return;
  store.read = { ...store.read, [channel]: latest };
  act(store.me, "read", { channel, ts: latest }).catch((error) => {
    if (!(error instanceof Refused)) throw error;
  });
  setTimeout(changed);
}

function markThread() {
  if (!ui.thread) return;
  const latest = repliesOf(ui.thread.channel, ui.thread.ts).at(-1)?.ts;
  if (latest) ui.threadSeen.set(ui.thread.ts, latest);
}

// --- the app ------------------------------------------------------------------------------------------------------

function appPane() {
  const { app } = store.workspace;
  const direct = appChannel();
  const names = { home: "Home", messages: "Messages", about: "About" };
  const order = Object.keys(names).filter((name) => name === "about" || !app.tabs || app.tabs[name]);
  const choose = (name) => {
    ui.homeTab = name;
    if (name !== "about") perform("open_home", { tab: name });
    changed();
    setTimeout(() => document.getElementById(`app-tab-${name}`)?.focus());
  };
  const key = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(order[(order.indexOf(ui.homeTab) + step + order.length) % order.length]);
  };
  return h(
    "section",
    { key: "app", class: "pane app", "aria-label": app.name },
    h("header", { class: "pane-head" }, h("h1", null, avatar(app.bot_user_id, 24), app.name)),
    banner(),
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": app.name, onKeydown: key },
      order.map((name) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `app-tab-${name}`,
            "aria-controls": "app-body",
            "aria-selected": String(ui.homeTab === name),
            tabindex: ui.homeTab === name ? "0" : "-1",
            class: `tab${ui.homeTab === name ? " active" : ""}`,
            onClick: () => choose(name),
          },
          names[name],
        ),
      ),
    ),
    h(
      "div",
      {
        class: "app-body",
        id: "app-body",
        role: "tabpanel",
        "aria-labelledby": `app-tab-${ui.homeTab}`,
        tabindex: "0",
      },
      appTab(app, direct),
    ),
  );
}

function appTab(app, direct) {
  if (ui.homeTab === "home") {
    if (!store.home)
      return h(
        "div",
        { class: "blank small" },
        avatar(app.bot_user_id, 48),
        h("p", null, "This is a work in progress. ", h("br"), `${app.name} hasn't published its Home tab yet.`),
      );
    return h("div", { class: "home-view" }, blocks(homeScope(store.home), store.home.view.blocks));
  }
  if (ui.homeTab === "messages") {
    const list = direct ? inChannel(direct.id) : [];
    if (!direct || !list.length) return h("p", { class: "muted padded" }, `${app.name} has not written to you.`);
    return h(
      "div",
      { class: "messages-tab" },
      scroller(`list-${direct.id}`, `Messages of ${app.name}`, messageList(direct.id, list, {})),
      app.tabs?.messages === false ? null : composer(direct.id, null),
    );
  }
  return h(
    "div",
    { class: "home-view" },
    h("h2", null, app.name),
    h("p", null, "What the app can do here:"),
    h(
      "ul",
      null,
      store.workspace.commands.map((one) =>
        h(
          "li",
          null,
          h("code", null, one.command),
          " ",
          h("span", { class: "muted" }, one.usage_hint),
          " – ",
          one.description,
        ),
      ),
      store.workspace.shortcuts.map((one) =>
        h("li", null, one.name, h("span", { class: "muted" }, ` (${one.type} shortcut)`)),
      ),
    ),
  );
}

// --- drawing ------------------------------------------------------------------------------------------------------

function draw() {
  beforeModal();
  if (store.ready) {
    markThread();
    note();
  }
  mount(root, page());
  root.inert = Boolean(store.ready && (store.views.length || ui.confirm || ui.viewer || ui.switcher || ui.ask));
  mount(
    layer,
    store.ready
      ? [
          h("div", { key: "modals", inert: Boolean(ui.confirm) }, modal()),
          confirmation(),
          asking(),
          viewer(),
          switcher(),
          menuLayer(),
          pickerLayer(),
        ]
      : [],
    toasts(),
  );
  focusWanted();
  afterModal();
  if (store.ready) markRead();
  followTraffic();
  title();
}

/** Put the focus where somebody who came here wants to type; on a phone that would open its keyboard. */
function focusWanted() {
  if (!ui.focusOn || !store.ready) return;
  if (innerWidth > 700) document.querySelector(ui.focusOn)?.focus();
  ui.focusOn = null;
}

function title() {
  if (!store.ready) return;
  const place = ui.place.kind === "app" ? store.workspace.app.name : `#${channelName(ui.place.channel)}`;
  const fresh = [...store.channels.keys()].reduce((sum, id) => sum + unread(id), 0);
  document.title = `${fresh ? `(${fresh}) ` : ""}${place} – ${nameOf(store.me)} – ${store.workspace.team.name}`;
}

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!store.views.length && !ui.confirm) openSwitcher();
  } else if (event.key === "Escape" && ui.viewer) closeViewer();
  else if (event.key === "Escape" && ui.menu) closeMenu({ focus: true });
  else if (event.key === "Escape" && ui.thread && event.target === document.body) closeThread();
  else if (event.key === "F6") {
    event.preventDefault();
    nextRegion(event.shiftKey ? -1 : 1);
  }
});

/** F6 goes from region to region, as in Slack. */
function nextRegion(step) {
  const regions = [
    ".sidebar .side-item.active",
    ".channel .composer textarea, .app .tab.active",
    ".thread .composer textarea",
    ".panel .tab.active",
  ]
    .map((one) => document.querySelector(one))
    .filter((one) => one?.offsetParent);
  const homes = regions.map((one) => one.closest(".sidebar, .pane"));
  const now = homes.findIndex((home) => home.contains(document.activeElement));
  regions[(now + step + regions.length) % regions.length]?.focus();
}

document.addEventListener("visibilitychange", changed);
setInterval(() => store.ready && changed(), 30_000); // "2 minutes ago"

async function start() {
  onChange(draw);
  draw();
  const wanted = new URLSearchParams(location.search).get("as");
  for (;;) {
    try {
      setWorkspace(await get("/page/workspace"));
      break;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const first = store.workspace.people.find((one) => !one.is_bot);
  const me = wanted ?? first?.id;
  if (!wanted && me) history.replaceState(null, "", `?as=${encodeURIComponent(me)}${location.hash}`);
  ui.panel = new URLSearchParams(location.search).has("panel");
  await become(me ?? "");
  if (store.ready) {
    settle();
    ui.focusOn = `${ui.thread ? ".thread" : ".channel"} .composer textarea`;
  }
}

start();
