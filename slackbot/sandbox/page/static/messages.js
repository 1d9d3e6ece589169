// Messages: in a channel, in a thread; with what can be done to one.
import { attachments, blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, memo } from "./dom.js";
import { emoji } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { closeMenu, isOpen, openMenu } from "./menu.js";
import { emojiNode, mrkdwn } from "./mrkdwn.js";
import { avatar, isApp } from "./people.js";
import { openPicker } from "./picker.js";
import { messageScope, versionOf } from "./scopes.js";
import { changed, channelName, nameOf, perform, store, threadsOf, toast, ui } from "./store.js";
import { ago, dayName, dayNumber, fullTime, timeOf } from "./times.js";

const GROUPED = 300; // seconds within which messages of one author share a head
const QUICK = ["white_check_mark", "eyes", "raised_hands"];

export function authorOf(m) {
  return m.user ?? m.bot_id ?? store.workspace.app.bot_user_id;
}

/** Everything of a list of messages: lines between days, the line above what is new, the messages. */
export function messageList(channel, list, options = {}) {
  const threads = options.thread ? new Map() : threadsOf(channel);
  const parts = [];
  let before = null;
  let newShown = false;
  for (const m of list) {
    const isNewDay = !before || dayNumber(before.ts) !== dayNumber(m.ts);
    if (isNewDay && !options.thread) parts.push(divider(m.ts));
    const isNew = !newShown && options.unreadFrom && m.ts > options.unreadFrom && authorOf(m) !== store.me && !m.is_ephemeral;
    if (isNew) {
      newShown = true;
      parts.push(h("div", { key: "new", class: "new-line", role: "separator", "aria-label": "New messages" }, h("span", null, "New")));
    }
    const compact = !isNewDay && !isNew && follows(before, m, threads);
    parts.push(drawn(channel, m, { ...options, compact, thread: options.thread, replies: threads.get(m.ts) }));
    before = m;
  }
  return parts;
}

function divider(ts) {
  return h("div", { key: `day-${dayNumber(ts)}`, class: "day-line", role: "separator", "aria-label": dayName(ts) }, h("span", null, dayName(ts)));
}

function follows(before, m, threads) {
  return before && authorOf(before) === authorOf(m) && m.ts - before.ts < GROUPED && !before.is_ephemeral && !m.is_ephemeral && !before.subtype && !m.subtype && !threads.get(before.ts);
}

/** One message, drawn again only if something about it has changed. */
function drawn(channel, m, options) {
  const mine = ui.menu?.id.startsWith(`${m.ts}/`) || ui.editing?.ts === m.ts;
  const busy = [...ui.busy].filter((id) => id.startsWith(`${m.ts}/`)).join();
  const minutes = options.replies ? Math.floor(Date.now() / 60_000) : 0;
  const deps = [m, options.compact, options.replies?.count, options.replies?.latest, versionOf(m.ts), busy, mine ? {} : null, store.people, store.channels, store.me, ui.roving === m.ts, minutes, ui.thread?.ts === m.ts && !options.thread, store.files.size];
  return memo(`${options.thread ? "t" : "c"}-${m.ts}`, deps, () => messageNode(channel, m, options));
}

export function messageNode(channel, m, options) {
  const author = authorOf(m);
  const name = m.username ?? (m.bot_profile && isApp(author) ? store.workspace.app.name : nameOf(author));
  const state = `${m.is_ephemeral ? " ephemeral" : ""}${options.compact ? " compact" : ""}${ui.editing?.ts === m.ts ? " editing" : ""}${isOpen(`${m.ts}/more`) ? " menu-open" : ""}`;
  return h("article", {
    key: `${options.thread ? "t" : "c"}-${m.ts}`, class: `message${state}`, "data-ts": m.ts, tabindex: ui.roving === m.ts ? "0" : "-1",
    "aria-label": `${name}, ${timeOf(m.ts)}`, onKeydown: (event) => messageKey(event, channel, m), onFocus: () => remember(m.ts),
  },
    h("div", { class: "gutter" }, options.compact
      ? h("span", { class: "gutter-time", "aria-hidden": "true" }, timeOf(m.ts).replace(/\s?[AP]M/i, ""))
      : m.icon_emoji ? h("span", { class: "avatar avatar-app", style: { width: "36px", height: "36px", "font-size": "20px" } }, emoji(m.icon_emoji.replaceAll(":", "")) ?? "🤖") : avatar(author)),
    h("div", { class: "message-body" },
      m.is_ephemeral ? h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you") : null,
      options.compact ? null : h("div", { class: "message-head" }, h("span", { class: "author" }, name),
        isApp(author) ? h("span", { class: "app-badge" }, "APP") : null,
        h("time", { class: "message-time", datetime: new Date(m.ts * 1000).toISOString(), title: fullTime(m.ts) }, timeOf(m.ts))),
      ui.editing?.ts === m.ts && ui.editing.thread === Boolean(options.thread) ? editor(channel, m) : content(channel, m),
      reactions(channel, m),
      options.replies ? replyBar(channel, m, options.replies) : null,
      m.is_ephemeral ? h("button", { type: "button", class: "link-btn dismiss", onClick: () => perform("dismiss", { ephemeral_ts: m.ts }) }, "Dismiss message") : null),
    m.is_ephemeral || m.subtype === "tombstone" ? null : tools(channel, m, options));
}

function content(channel, m) {
  const edited = m.edited && !(m.bot_id && m.blocks?.length) ? h("span", { class: "edited", title: fullTime(m.edited.ts) }, " (edited)") : null;
  if (m.subtype === "tombstone") return h("div", { class: "text muted" }, "This message was deleted.");
  if (m.subtype === "channel_join") return h("div", { class: "text muted" }, `joined #${channelName(channel)}.`);
  if (m.subtype === "channel_leave") return h("div", { class: "text muted" }, `left #${channelName(channel)}.`);
  const scope = messageScope(channel, m);
  const typed = !m.bot_id && m.client_msg_id;
  const files = (m.files ?? []).length ? h("div", { class: "files" }, m.files.map(fileCard)) : null;
  if (m.blocks?.length && !typed) return h("div", { class: "blocks" }, blocks(scope, m.blocks), edited, attachments(scope, m.attachments), files);
  const text = m.text ? h("div", { class: `text${isJumbo(m.text) ? " jumbo" : ""}` }, mrkdwn(m.text), edited) : edited;
  return h("div", { class: "blocks" }, text, attachments(scope, m.attachments), files);
}

function isJumbo(text) {
  return /^\s*((:[a-z0-9_+-]+:|\p{Extended_Pictographic}\uFE0F?)\s*){1,12}$/u.test(text);
}

// --- reactions and the bar below a thread's parent ---------------------------------------------------------------

function toggle(channel, m, name) {
  const own = (m.reactions ?? []).find((one) => one.name === name)?.users.includes(store.me);
  return perform(own ? "unreact" : "react", { channel, ts: m.ts, name });
}

function reactions(channel, m) {
  if (!m.reactions?.length) return null;
  return h("div", { class: "reactions" }, m.reactions.map((one) => {
    const own = one.users.includes(store.me);
    const names = one.users.map((id) => (id === store.me ? "you" : nameOf(id))).join(", ");
    return h("button", { key: one.name, type: "button", class: `reaction${own ? " own" : ""}`, "aria-pressed": String(own), title: `${names} reacted with :${one.name}:`, "aria-label": `${one.name.replaceAll("_", " ")}, ${one.users.length}, by ${names}`, onClick: () => toggle(channel, m, one.name) },
      emojiNode(one.name), h("span", { class: "reaction-count" }, one.users.length));
  }), h("button", { key: "+", type: "button", class: "reaction reaction-add", "aria-label": "Add reaction…", onClick: (event) => pickReaction(event, channel, m) }, icon("smile", 16)));
}

function pickReaction(event, channel, m) {
  openPicker(event.currentTarget, (name) => toggle(channel, m, name));
}

function replyBar(channel, m, replies) {
  const seen = ui.threadSeen.get(m.ts);
  const fresh = seen && replies.latest > seen && ui.thread?.ts !== m.ts;
  return h("button", { type: "button", class: `reply-bar${fresh ? " fresh" : ""}`, onClick: () => openThread(channel, m.ts) },
    h("span", { class: "reply-avatars" }, replies.users.slice(0, 5).map((id) => avatar(id, 24))),
    h("span", { class: "reply-count" }, `${replies.count} ${replies.count === 1 ? "reply" : "replies"}`),
    h("span", { class: "reply-last" }, `Last reply ${ago(replies.latest)}`),
    h("span", { class: "reply-view", "aria-hidden": "true" }, "View thread"));
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
  setTimeout(() => (document.querySelector(`.channel .message[data-ts="${ts}"] .reply-bar`) ?? document.querySelector(".channel .composer textarea"))?.focus());
}

// --- what can be done to a message --------------------------------------------------------------------------------

function tools(channel, m, options) {
  const act = (label, name, onClick, props = {}) => h("button", { type: "button", class: "tool", title: label, "aria-label": label, onClick, ...props }, name);
  const id = `${m.ts}/more`;
  return h("div", { class: "tools", role: "group", "aria-label": "Message actions" },
    QUICK.map((name) => act(`React with ${name.replaceAll("_", " ")}`, emoji(name), () => toggle(channel, m, name), { class: "tool tool-emoji" })),
    act("Add reaction…", icon("smile", 18), (event) => pickReaction(event, channel, m)),
    options.thread ? null : act("Reply in thread", icon("thread", 18), () => openThread(channel, m.ts)),
    act("More actions", icon("more", 18), (event) => moreMenu(event.currentTarget, channel, m, options), { id, "aria-haspopup": "menu", "aria-expanded": String(isOpen(id)) }));
}

function moreMenu(anchor, channel, m, options) {
  const id = `${m.ts}/more`;
  if (isOpen(id)) return closeMenu();
  const own = m.user === store.me && !m.bot_id;
  const shortcuts = store.workspace.shortcuts.filter((one) => one.type === "message");
  const items = [
    options.thread ? null : { key: "thread", label: "Reply in thread", hint: "T", run: () => openThread(channel, m.ts) },
    { key: "copy", label: "Copy text", run: () => copy(m.text ?? "") },
    { key: "link", label: "Copy timestamp", hint: m.ts, run: () => copy(m.ts) },
    ...shortcuts.map((one) => ({ key: one.callback_id, label: one.name, description: store.workspace.app.name, group: "Shortcuts", run: () => perform("message_action", { callback_id: one.callback_id, channel, ts: m.ts }) })),
    own ? { key: "edit", label: "Edit message", hint: "E", run: () => edit(m, options) } : null,
    own ? { key: "delete", label: "Delete message…", hint: "Del", danger: true, run: () => remove(channel, m) } : null,
  ].filter(Boolean);
  return openMenu({ id, anchor: () => anchor, role: "menu", label: "Message actions", alignEnd: true, items, pick: (item) => item.run() });
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
  return (m.text ?? "").replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${store.people.get(id)?.name ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${label ?? channelName(id)}`)
    .replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label ?? target)
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function editor(channel, m) {
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
  return h("div", { class: "editor" },
    h("textarea", { rows: "2", "aria-label": "Edit message", value: ui.editing.text, onInput: (event) => { ui.editing.text = event.target.value; }, onKeydown: key, created: (node) => { node.focus(); node.setSelectionRange(node.value.length, node.value.length); } }),
    h("div", { class: "editor-buttons" }, h("button", { type: "button", class: "btn btn-small", onClick: leave }, "Cancel"), h("button", { type: "button", class: "btn btn-small btn-primary", onClick: save }, "Save")));
}

function remove(channel, m) {
  ui.editing = null;
  ui.confirm = {
    returnTo: document.activeElement,
    dialog: { title: { text: "Delete message" }, text: { type: "plain_text", text: "Are you sure you want to delete this message? This cannot be undone." }, confirm: { text: "Delete" }, deny: { text: "Cancel" }, style: "danger" },
    answer: (yes) => yes && perform("delete", { channel, ts: m.ts }),
  };
  changed();
}

// --- the keyboard -------------------------------------------------------------------------------------------------

function remember(ts) {
  if (ui.roving === ts) return;
  ui.roving = ts;
  changed();
}

function messageKey(event, channel, m) {
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

// --- the thread ---------------------------------------------------------------------------------------------------

export function threadPane(parent, replies) {
  const { channel, ts } = ui.thread;
  const count = replies.filter((one) => !one.is_ephemeral).length;
  return h("section", { key: "thread", class: "pane thread", "aria-label": "Thread", onKeydown: (event) => event.key === "Escape" && !ui.menu && !ui.editing && !event.target.value && closeThread() },
    h("header", { class: "pane-head" }, h("h2", null, "Thread"), h("span", { class: "pane-sub" }, `# ${channelName(channel)}`), h("span", { class: "spacer" }),
      h("button", { type: "button", class: "icon-btn", "aria-label": "Close thread", title: "Close", onClick: closeThread }, icon("close"))),
    scroller(`thread-${ts}`, `Thread in ${channelName(channel)}`, [
      parent ? messageList(channel, [parent], { thread: true }) : h("p", { class: "muted padded" }, "This message was deleted."),
      count ? h("div", { key: "count", class: "count-line", role: "separator", "aria-label": "replies" }, h("span", null, `${count} ${count === 1 ? "reply" : "replies"}`)) : null,
      messageList(channel, replies, { thread: true }),
    ]),
    composer(channel, ts));
}

/** A scrolling list that stays at its end as long as it is there. */
export function scroller(key, label, children, atTop) {
  const settle = (node) => {
    if (node.stick !== false) node.scrollTop = node.scrollHeight;
  };
  return h("div", { key, class: "messages", role: "log", "aria-label": label, tabindex: "0",
    onScroll: (event) => { const node = event.currentTarget; node.stick = node.scrollHeight - node.scrollTop - node.clientHeight < 60; },
    onKeydown: (event) => { if (event.target === event.currentTarget && ["ArrowUp", "ArrowDown"].includes(event.key)) { event.preventDefault(); [...event.currentTarget.querySelectorAll(".message")].at(-1)?.focus(); } },
    created: (node) => { settle(node); new ResizeObserver(() => settle(node)).observe(node); new ResizeObserver(() => settle(node)).observe(node.firstChild); }, updated: settle },
  h("div", { class: "messages-inner" }, atTop, children));
}
