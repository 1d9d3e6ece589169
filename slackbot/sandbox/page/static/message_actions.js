// What can be done to a message: react, reply, edit, delete, use the app's shortcuts; by mouse and by keyboard.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { closeMenu, isOpen, openMenu } from "./menu.js";
import { openPicker } from "./picker.js";
import { changed, channelName, perform, store, toast, ui } from "./store.js";

const QUICK = ["white_check_mark", "eyes", "raised_hands"];

/** Add a reaction of this person's, or take it away. */
export function toggle(channel, m, name) {
  const own = (m.reactions ?? []).find((one) => one.name === name)?.users.includes(store.me);
  return perform(own ? "unreact" : "react", { channel, ts: m.ts, name });
}

export function pickReaction(event, channel, m) {
  openPicker(event.currentTarget, (name) => toggle(channel, m, name));
}

export function openThread(channel, ts) {
  ui.thread = { channel, ts };
  ui.focusThread = true;
  changed();
}

export function closeThread() {
  const ts = ui.thread?.ts;
  ui.thread = null;
  changed();
  setTimeout(() =>
    (
      document.querySelector(`.channel .message[data-ts="${ts}"] .reply-bar`) ??
      document.querySelector(".channel .composer textarea")
    )?.focus(),
  );
}

export function tools(channel, m, options) {
  const act = (label, name, onClick, props = {}) =>
    h("button", { type: "button", class: "tool", title: label, "aria-label": label, onClick, ...props }, name);
  const id = `${m.ts}/more`;
  return h(
    "div",
    { class: "tools", role: "group", "aria-label": "Message actions" },
    QUICK.map((name) =>
      act(`React with ${name.replaceAll("_", " ")}`, emoji(name), () => toggle(channel, m, name), {
        class: "tool tool-emoji",
      }),
    ),
    act("Add reaction…", icon("smile", 18), (event) => pickReaction(event, channel, m)),
    options.thread ? null : act("Reply in thread", icon("thread", 18), () => openThread(channel, m.ts)),
    act("More actions", icon("more", 18), (event) => moreMenu(event.currentTarget, channel, m, options), {
      id,
      "aria-haspopup": "menu",
      "aria-expanded": String(isOpen(id)),
    }),
  );
}

function moreMenu(anchor, channel, m, options) {
  const id = `${m.ts}/more`;
  if (isOpen(id)) return closeMenu();
  const own = m.user === store.me && !m.bot_id;
  const shortcuts = store.workspace.shortcuts.filter((one) => one.type === "message");
  const items = [
    options.thread
      ? null
      : { key: "thread", label: "Reply in thread", hint: "T", run: () => openThread(channel, m.ts) },
    { key: "copy", label: "Copy text", run: () => copy(m.text ?? "") },
    { key: "link", label: "Copy timestamp", hint: m.ts, run: () => copy(m.ts) },
    ...shortcuts.map((one) => ({
      key: one.callback_id,
      label: one.name,
      description: store.workspace.app.name,
      group: "Shortcuts",
      run: () => perform("message_action", { callback_id: one.callback_id, channel, ts: m.ts }),
    })),
    own ? { key: "edit", label: "Edit message", hint: "E", run: () => edit(m, options) } : null,
    own ? { key: "delete", label: "Delete message…", hint: "Del", danger: true, run: () => remove(channel, m) } : null,
  ].filter(Boolean);
  return openMenu({
    id,
    anchor: () => anchor,
    role: "menu",
    label: "Message actions",
    alignEnd: true,
    items,
    pick: (item) => item.run(),
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied", "note");
  } catch {
    toast("The browser doesn't let this page copy");
  }
}

export function edit(m, options = {}) {
  ui.editing = { ts: m.ts, text: typedText(m), thread: Boolean(options.thread) };
  changed();
}

/** A message's text as its author typed it. */
function typedText(m) {
  return (m.text ?? "")
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${store.people.get(id)?.name ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${label ?? channelName(id)}`)
    .replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label ?? target)
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

export function editor(channel, m) {
  const leave = () => {
    ui.editing = null;
    changed();
    setTimeout(() => document.querySelector(`.message[data-ts="${m.ts}"]`)?.focus());
  };
  const save = async () => {
    const text = ui.editing?.text.trim();
    if (!text) return remove(channel, m);
    const { ok } = text === typedText(m) ? { ok: true } : await perform("edit", { channel, ts: m.ts, text });
    return ok ? leave() : null;
  };
  const key = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  };
  return h(
    "div",
    { class: "editor" },
    h("textarea", {
      rows: "2",
      "aria-label": "Edit message",
      value: ui.editing.text,
      onInput: (event) => {
        ui.editing.text = event.target.value;
      },
      onKeydown: key,
      created: (node) => {
        node.focus();
        node.setSelectionRange(node.value.length, node.value.length);
      },
    }),
    h(
      "div",
      { class: "editor-buttons" },
      h("button", { type: "button", class: "btn btn-small", onClick: leave }, "Cancel"),
      h("button", { type: "button", class: "btn btn-small btn-primary", onClick: save }, "Save"),
    ),
  );
}

function remove(channel, m) {
  ui.editing = null;
  ui.confirm = {
    returnTo: document.activeElement,
    dialog: {
      title: { text: "Delete message" },
      text: { type: "plain_text", text: "Are you sure you want to delete this message? This cannot be undone." },
      confirm: { text: "Delete" },
      deny: { text: "Cancel" },
      style: "danger",
    },
    answer: (yes) => yes && perform("delete", { channel, ts: m.ts }),
  };
  changed();
}

export function remember(ts) {
  if (ui.roving === ts) return;
  ui.roving = ts;
  changed();
}

export function messageKey(event, channel, m) {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...event.currentTarget.closest(".messages").querySelectorAll(".message")];
  const at = all.indexOf(event.currentTarget);
  const inThread = Boolean(event.currentTarget.closest(".thread"));
  const own = m.user === store.me && !m.bot_id;
  const keys = {
    ArrowUp: () => all[at - 1]?.focus(),
    ArrowDown: () => (all[at + 1] ?? event.currentTarget.closest(".pane").querySelector(".composer textarea"))?.focus(),
    Home: () => all[0].focus(),
    End: () => all.at(-1).focus(),
    t: () => !m.is_ephemeral && openThread(channel, m.thread_ts ?? m.ts),
    r: () => !m.is_ephemeral && openPicker(event.currentTarget, (name) => toggle(channel, m, name)),
    e: () => own && edit(m, { thread: inThread }),
    Delete: () => own && remove(channel, m),
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
}
