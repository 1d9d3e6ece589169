// Jumping: to a channel, the app, a person to be, a message that contains what was typed.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openThread } from "./message_actions.js";
import { avatar, humans, isApp } from "./people.js";
import { go, switchTo } from "./places.js";
import { changed, channelName, nameOf, store, ui } from "./store.js";
import { timeOf } from "./times.js";

const MOST_MESSAGES = 8;
let query = "";
let active = 0;
let returnTo = null;

export function openSwitcher() {
  if (ui.switcher) return;
  query = "";
  active = 0;
  returnTo = document.activeElement;
  ui.switcher = true;
  changed();
}

function close(focus = true) {
  ui.switcher = false;
  changed();
  if (focus) setTimeout(() => returnTo?.isConnected && returnTo.focus());
}

/** A message's words, of its blocks too, without markup. */
function words(m) {
  const found = [];
  const walk = (value) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === "object") {
      if (typeof value.text === "string") found.push(value.text);
      Object.values(value).forEach(walk);
    }
  };
  walk(m.blocks ?? []);
  return (found.length ? found.join(" ") : (m.text ?? ""))
    .replace(/<@(\w+)[^>]*>/g, (_, id) => `@${nameOf(id)}`)
    .replace(/<[^|>]*\|([^>]*)>/g, "$1")
    .replace(/[*_~`]/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function results() {
  const wanted = query.trim().toLowerCase();
  const hit = (text) => text.toLowerCase().includes(wanted);
  const places = [
    ...[...store.channels.values()]
      .filter((one) => one.kind !== "im")
      .map((one) => ({
        key: one.id,
        text: channelName(one.id),
        icon: icon("hash", 18),
        label: channelName(one.id),
        run: () => go({ kind: "channel", channel: one.id }),
      })),
    {
      key: "app",
      text: store.workspace.app.name,
      icon: avatar(store.workspace.app.bot_user_id, 20),
      label: store.workspace.app.name,
      hint: "App",
      run: () => go({ kind: "app" }),
    },
    ...humans()
      .filter((one) => one.id !== store.me)
      .map((one) => ({
        key: one.id,
        text: nameOf(one.id),
        icon: avatar(one.id, 20),
        label: `Act as ${nameOf(one.id)}`,
        run: () => switchTo(one.id),
      })),
  ].filter((one) => hit(one.text));
  if (wanted.length < 2) return places;
  const messages = [];
  for (const [channel, all] of store.messages) {
    for (const m of [...all.values()].reverse()) {
      const text = words(m);
      if (hit(text) && messages.length < MOST_MESSAGES)
        messages.push({
          key: m.ts,
          icon: isApp(m.user ?? m.bot_id) ? avatar(store.workspace.app.bot_user_id, 20) : avatar(m.user, 20),
          label: around(text, wanted),
          hint: timeOf(m.ts),
          run: () => {
            go({ kind: "channel", channel });
            openThread(channel, m.thread_ts ?? m.ts);
          },
        });
    }
  }
  return [...places, ...messages];
}

function around(text, wanted) {
  const at = text.toLowerCase().indexOf(wanted);
  const start = Math.max(0, at - 30);
  return [
    start ? "…" : "",
    text.slice(start, at),
    h("mark", null, text.slice(at, at + wanted.length)),
    text.slice(at + wanted.length, at + 60),
  ];
}

export function switcher() {
  if (!ui.switcher) return null;
  const found = results();
  const take = (one) => {
    close(false);
    one.run();
  };
  const key = (event) => {
    const found = results(); // of what is typed by now, drawn or not
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) active = (active + step + found.length) % Math.max(1, found.length);
    else if (event.key === "Enter" && found[active]) take(found[active]);
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    changed();
    setTimeout(() => document.querySelector(".jump-item.active")?.scrollIntoView({ block: "nearest" }));
  };
  return h(
    "div",
    {
      key: "switcher",
      class: "scrim scrim-top",
      onMousedown: (event) => event.target === event.currentTarget && close(),
    },
    h(
      "div",
      { class: "jump", role: "dialog", "aria-modal": "true", "aria-label": "Search" },
      h(
        "div",
        { class: "jump-head" },
        icon("search"),
        h("input", {
          type: "text",
          role: "combobox",
          "aria-expanded": "true",
          "aria-controls": "jump-list",
          "aria-autocomplete": "list",
          "aria-activedescendant": found[active] ? `jump-${active}` : null,
          "aria-label": "Search channels, people and messages",
          placeholder: "Search channels, people and messages",
          autocomplete: "off",
          value: query,
          onInput: (event) => {
            query = event.target.value;
            active = 0;
            changed();
          },
          onKeydown: key,
          created: (node) => node.focus(),
        }),
      ),
      h(
        "div",
        { class: "jump-list", id: "jump-list", role: "listbox", "aria-label": "Results" },
        found.map((one, index) =>
          h(
            "div",
            {
              key: one.key,
              id: `jump-${index}`,
              class: `jump-item${index === active ? " active" : ""}`,
              role: "option",
              "aria-selected": String(index === active),
              onMousemove: () => {
                if (active !== index) {
                  active = index;
                  changed();
                }
              },
              onClick: () => take(one),
            },
            one.icon,
            h("span", { class: "jump-label" }, one.label),
            one.hint ? h("span", { class: "muted" }, one.hint) : null,
          ),
        ),
        found.length
          ? null
          : h("div", { class: "menu-note", role: "option", "aria-selected": "false" }, "Nothing found"),
      ),
    ),
  );
}
