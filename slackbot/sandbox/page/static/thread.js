// The pane of a thread, and lists of messages that scroll.
import { composer } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closeThread } from "./message_actions.js";
import { messageList } from "./messages.js";
import { channelName, ui } from "./store.js";

export function threadPane(parent, replies) {
  const { channel, ts } = ui.thread;
  const count = replies.filter((one) => !one.is_ephemeral).length;
  return h(
    "section",
    {
      key: "thread",
      class: "pane thread",
      "aria-label": "Thread",
      onKeydown: (event) => event.key === "Escape" && !ui.menu && !ui.editing && !event.target.value && closeThread(),
    },
    h(
      "header",
      { class: "pane-head" },
      h("h2", null, "Thread"),
      h("span", { class: "pane-sub" }, `# ${channelName(channel)}`),
      h("span", { class: "spacer" }),
      h(
        "button",
        { type: "button", class: "icon-btn", "aria-label": "Close thread", title: "Close", onClick: closeThread },
        icon("close"),
      ),
    ),
    scroller(`thread-${ts}`, `Thread in ${channelName(channel)}`, [
      parent
        ? messageList(channel, [parent], { thread: true })
        : h("p", { class: "muted padded" }, "This message was deleted."),
      count
        ? h(
            "div",
            { key: "count", class: "count-line", role: "separator", "aria-label": "replies" },
            h("span", null, `${count} ${count === 1 ? "reply" : "replies"}`),
          )
        : null,
      messageList(channel, replies, { thread: true }),
    ]),
    composer(channel, ts),
  );
}

/** A scrolling list that stays at its end as long as it is there. */
export function scroller(key, label, children, atTop) {
  const settle = (node) => {
    if (node.stick !== false) node.scrollTop = node.scrollHeight;
  };
  return h(
    "div",
    {
      key,
      class: "messages",
      role: "log",
      "aria-label": label,
      tabindex: "0",
      onScroll: (event) => {
        const node = event.currentTarget;
        node.stick = node.scrollHeight - node.scrollTop - node.clientHeight < 60;
      },
      onKeydown: (event) => {
        if (event.target === event.currentTarget && ["ArrowUp", "ArrowDown"].includes(event.key)) {
          event.preventDefault();
          [...event.currentTarget.querySelectorAll(".message")].at(-1)?.focus();
        }
      },
      created: (node) => {
        settle(node);
        new ResizeObserver(() => settle(node)).observe(node);
        new ResizeObserver(() => settle(node)).observe(node.firstChild);
      },
      updated: settle,
    },
    h("div", { class: "messages-inner" }, atTop, children),
  );
}
