// Messages: in a channel and in a thread.
import { attachments, blocks } from "./blocks.js";
import { h, memo } from "./dom.js";
import { emoji } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { editor, messageKey, openThread, pickReaction, remember, toggle, tools } from "./message_actions.js";
import { isOpen } from "./menu.js";
import { emojiNode, mrkdwn } from "./mrkdwn.js";
import { avatar, isApp } from "./people.js";
import { messageScope, versionOf } from "./scopes.js";
import { channelName, nameOf, perform, store, threadsOf, ui } from "./store.js";
import { ago, dayName, dayNumber, fullTime, timeOf } from "./times.js";

const GROUPED = 300; // seconds within which messages of one author share a head

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
    const isNew =
      !newShown && options.unreadFrom && m.ts > options.unreadFrom && authorOf(m) !== store.me && !m.is_ephemeral;
    if (isNew) {
      newShown = true;
      parts.push(
        h(
          "div",
          { key: "new", class: "new-line", role: "separator", "aria-label": "New messages" },
          h("span", null, "New"),
        ),
      );
    }
    const compact = !isNewDay && !isNew && follows(before, m, threads);
    parts.push(drawn(channel, m, { ...options, compact, thread: options.thread, replies: threads.get(m.ts) }));
    before = m;
  }
  return parts;
}

function divider(ts) {
  return h(
    "div",
    { key: `day-${dayNumber(ts)}`, class: "day-line", role: "separator", "aria-label": dayName(ts) },
    h("span", null, dayName(ts)),
  );
}

function follows(before, m, threads) {
  return (
    before &&
    authorOf(before) === authorOf(m) &&
    m.ts - before.ts < GROUPED &&
    !before.is_ephemeral &&
    !m.is_ephemeral &&
    !before.subtype &&
    !m.subtype &&
    !threads.get(before.ts)
  );
}

/** One message, drawn again only if something about it has changed. */
function drawn(channel, m, options) {
  const mine = ui.menu?.id.startsWith(`${m.ts}/`) || ui.editing?.ts === m.ts;
  const busy = [...ui.busy].filter((id) => id.startsWith(`${m.ts}/`)).join();
  const minutes = options.replies ? Math.floor(Date.now() / 60_000) : 0;
  const deps = [
    m,
    options.compact,
    options.replies?.count,
    options.replies?.latest,
    versionOf(m.ts),
    busy,
    mine ? {} : null,
    store.people,
    store.channels,
    store.me,
    ui.roving === m.ts,
    minutes,
    ui.thread?.ts === m.ts && !options.thread,
    store.files.size,
  ];
  return memo(`${options.thread ? "t" : "c"}-${m.ts}`, deps, () => messageNode(channel, m, options));
}

export function messageNode(channel, m, options) {
  const author = authorOf(m);
  const name = m.username ?? (m.bot_profile && isApp(author) ? store.workspace.app.name : nameOf(author));
  const state = `${m.is_ephemeral ? " ephemeral" : ""}${options.compact ? " compact" : ""}${ui.editing?.ts === m.ts ? " editing" : ""}${isOpen(`${m.ts}/more`) ? " menu-open" : ""}`;
  return h(
    "article",
    {
      key: `${options.thread ? "t" : "c"}-${m.ts}`,
      class: `message${state}`,
      "data-ts": m.ts,
      tabindex: ui.roving === m.ts ? "0" : "-1",
      "aria-label": `${name}, ${timeOf(m.ts)}`,
      onKeydown: (event) => messageKey(event, channel, m),
      onFocus: () => remember(m.ts),
    },
    h(
      "div",
      { class: "gutter" },
      options.compact
        ? h("span", { class: "gutter-time", "aria-hidden": "true" }, timeOf(m.ts).replace(/\s?[AP]M/i, ""))
        : m.icon_emoji
          ? h(
              "span",
              { class: "avatar avatar-app", style: { width: "36px", height: "36px", "font-size": "20px" } },
              emoji(m.icon_emoji.replaceAll(":", "")) ?? "🤖",
            )
          : avatar(author),
    ),
    h(
      "div",
      { class: "message-body" },
      m.is_ephemeral ? h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you") : null,
      options.compact
        ? null
        : h(
            "div",
            { class: "message-head" },
            h("span", { class: "author" }, name),
            isApp(author) ? h("span", { class: "app-badge" }, "APP") : null,
            h(
              "time",
              { class: "message-time", datetime: new Date(m.ts * 1000).toISOString(), title: fullTime(m.ts) },
              timeOf(m.ts),
            ),
          ),
      ui.editing?.ts === m.ts && ui.editing.thread === Boolean(options.thread)
        ? editor(channel, m)
        : content(channel, m),
      reactions(channel, m),
      options.replies ? replyBar(channel, m, options.replies) : null,
      m.is_ephemeral
        ? h(
            "button",
            { type: "button", class: "link-btn dismiss", onClick: () => perform("dismiss", { ephemeral_ts: m.ts }) },
            "Dismiss message",
          )
        : null,
    ),
    m.is_ephemeral || m.subtype === "tombstone" ? null : tools(channel, m, options),
  );
}

function content(channel, m) {
  const edited =
    m.edited && !(m.bot_id && m.blocks?.length)
      ? h("span", { class: "edited", title: fullTime(m.edited.ts) }, " (edited)")
      : null;
  if (m.subtype === "tombstone") return h("div", { class: "text muted" }, "This message was deleted.");
  if (m.subtype === "channel_join") return h("div", { class: "text muted" }, `joined #${channelName(channel)}.`);
  if (m.subtype === "channel_leave") return h("div", { class: "text muted" }, `left #${channelName(channel)}.`);
  const scope = messageScope(channel, m);
  const typed = !m.bot_id && m.client_msg_id;
  const files = (m.files ?? []).length ? h("div", { class: "files" }, m.files.map(fileCard)) : null;
  if (m.blocks?.length && !typed)
    return h("div", { class: "blocks" }, blocks(scope, m.blocks), edited, attachments(scope, m.attachments), files);
  const text = m.text ? h("div", { class: `text${isJumbo(m.text) ? " jumbo" : ""}` }, mrkdwn(m.text), edited) : edited;
  return h("div", { class: "blocks" }, text, attachments(scope, m.attachments), files);
}

function isJumbo(text) {
  return /^\s*((:[a-z0-9_+-]+:|\p{Extended_Pictographic}\uFE0F?)\s*){1,12}$/u.test(text);
}

// --- reactions and the bar below a thread's parent ---------------------------------------------------------------

function reactions(channel, m) {
  if (!m.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    m.reactions.map((one) => {
      const own = one.users.includes(store.me);
      const names = one.users.map((id) => (id === store.me ? "you" : nameOf(id))).join(", ");
      return h(
        "button",
        {
          key: one.name,
          type: "button",
          class: `reaction${own ? " own" : ""}`,
          "aria-pressed": String(own),
          title: `${names} reacted with :${one.name}:`,
          "aria-label": `${one.name.replaceAll("_", " ")}, ${one.users.length}, by ${names}`,
          onClick: () => toggle(channel, m, one.name),
        },
        emojiNode(one.name),
        h("span", { class: "reaction-count" }, one.users.length),
      );
    }),
    h(
      "button",
      {
        key: "+",
        type: "button",
        class: "reaction reaction-add",
        "aria-label": "Add reaction…",
        onClick: (event) => pickReaction(event, channel, m),
      },
      icon("smile", 16),
    ),
  );
}

function replyBar(channel, m, replies) {
  const seen = ui.threadSeen.get(m.ts);
  const fresh = seen && replies.latest > seen && ui.thread?.ts !== m.ts;
  return h(
    "button",
    { type: "button", class: `reply-bar${fresh ? " fresh" : ""}`, onClick: () => openThread(channel, m.ts) },
    h(
      "span",
      { class: "reply-avatars" },
      replies.users.slice(0, 5).map((id) => avatar(id, 24)),
    ),
    h("span", { class: "reply-count" }, `${replies.count} ${replies.count === 1 ? "reply" : "replies"}`),
    h("span", { class: "reply-last" }, `Last reply ${ago(replies.latest)}`),
    h("span", { class: "reply-view", "aria-hidden": "true" }, "View thread"),
  );
}
