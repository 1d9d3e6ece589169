// Where messages and commands are typed, with completion of commands, people, channels and emoji.
import { h } from "./dom.js";
import { emoji, searchEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { activeId, closeMenu, isOpen, menuKey, openMenu, updateMenu } from "./menu.js";
import { edit } from "./message_actions.js";
import { avatar, humans } from "./people.js";
import { openPicker } from "./picker.js";
import {
  changed,
  channel as channelOf,
  channelName,
  isMember,
  nameOf,
  perform,
  repliesOf,
  inChannel,
  store,
  toast,
  ui,
} from "./store.js";

const MOST_ROWS = 300; // px
/** place -> what is typed there */
const typed = new Map();

export function composer(channel, thread) {
  const place = `${channel}/${thread ?? ""}`;
  const known = channelOf(channel);
  if (known?.archived) return h("div", { class: "composer-note" }, "This channel has been archived.");
  if (!isMember(channel)) {
    return h(
      "div",
      { class: "composer-note" },
      h("span", null, "You are viewing ", h("b", null, `#${channelName(channel)}`)),
      h(
        "button",
        { type: "button", class: "btn btn-primary", onClick: () => perform("join", { channel }) },
        "Join channel",
      ),
    );
  }
  const text = typed.get(place) ?? "";
  const inputId = `composer-${place}`;
  const node = () => document.getElementById(inputId);
  const menuId = `complete/${place}`;
  const label = thread ? "Reply…" : `Message ${known?.kind === "im" ? "" : "#"}${channelName(channel)}`;
  const set = (value, caret) => {
    typed.set(place, value);
    const area = node();
    area.value = value;
    if (caret !== undefined) area.setSelectionRange(caret, caret);
    grow(area);
    changed();
  };
  const onInput = (event) => {
    typed.set(place, event.target.value);
    grow(event.target);
    complete(event.target, menuId, set, thread);
    changed();
  };
  const send = () => submit(channel, thread, place, set);
  const key = (event) => {
    if (isOpen(menuId) && menuKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && event.target.value === "") {
      const own = (thread ? repliesOf(channel, thread) : inChannel(channel))
        .filter((m) => m.user === store.me && m.client_msg_id)
        .at(-1);
      if (own) {
        event.preventDefault();
        edit(own, { thread: Boolean(thread) });
      }
    } else if ((event.ctrlKey || event.metaKey) && "bi".includes(event.key)) {
      event.preventDefault();
      wrap(node(), { b: "*", i: "_" }[event.key], set);
    }
  };
  const format = (name, title, mark) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-btn",
        title,
        "aria-label": title,
        onMousedown: (event) => event.preventDefault(),
        onClick: () => wrap(node(), mark, set),
      },
      icon(name, 18),
    );
  const insert = (mark) => () => {
    const area = node();
    area.focus();
    const at = area.selectionStart;
    const space = at && !/\s/.test(area.value[at - 1]) ? " " : "";
    const [start, value] =
      mark === "/"
        ? [1, `/${area.value.replace(/^\//, "")}`]
        : [at + space.length + mark.length, area.value.slice(0, at) + space + mark + area.value.slice(at)];
    set(value, start);
    complete(area, menuId, set, thread);
  };
  const hint = hintOf(text, thread);
  return h(
    "div",
    { key: `composer-${place}`, class: "composer" },
    h(
      "div",
      { class: "composer-box" },
      h(
        "div",
        { class: "composer-bar composer-format", role: "group", "aria-label": "Formatting" },
        format("bold", "Bold", "*"),
        format("italic", "Italic", "_"),
        format("strike", "Strikethrough", "~"),
        format("code", "Code", "`"),
        format("quote", "Quote", "> "),
        format("bullets", "Bulleted list", "• "),
      ),
      h("textarea", {
        id: inputId,
        rows: "1",
        value: text,
        placeholder: label,
        "aria-label": label,
        "aria-autocomplete": "list",
        "aria-controls": isOpen(menuId) ? "menu" : null,
        "aria-activedescendant": activeId(menuId),
        onInput,
        onKeydown: key,
        onBlur: () => isOpen(menuId) && closeMenu(),
        created: (area) => {
          grow(area);
          if (thread && ui.focusThread) {
            ui.focusThread = false;
            area.focus();
          }
        },
      }),
      h(
        "div",
        { class: "composer-bar" },
        h(
          "button",
          {
            type: "button",
            class: "icon-btn",
            title: "Emoji",
            "aria-label": "Emoji",
            onClick: (event) =>
              openPicker(event.currentTarget, (name) => {
                const area = node();
                area.focus();
                set(
                  `${area.value.slice(0, area.selectionStart)}:${name}: ${area.value.slice(area.selectionEnd)}`,
                  area.selectionStart + name.length + 3,
                );
              }),
          },
          icon("smile", 18),
        ),
        h(
          "button",
          {
            type: "button",
            class: "icon-btn",
            title: "Mention someone",
            "aria-label": "Mention someone",
            onClick: insert("@"),
          },
          icon("at", 18),
        ),
        thread
          ? null
          : h(
              "button",
              {
                type: "button",
                class: "icon-btn",
                title: "Run a command",
                "aria-label": "Run a command",
                onClick: insert("/"),
              },
              icon("slash", 18),
            ),
        h("span", { class: "composer-hint" }, hint),
        h(
          "button",
          {
            type: "button",
            class: `send${text.trim() ? " ready" : ""}`,
            "aria-label": "Send now",
            title: "Send now",
            disabled: !text.trim(),
            onClick: send,
          },
          icon("send", 18),
        ),
      ),
    ),
  );
}

function hintOf(text, thread) {
  const word = text.split(/\s/)[0];
  const command = !thread && store.workspace.commands.find((one) => one.command === word);
  if (command && /\s/.test(text)) return `${command.command} ${command.usage_hint ?? ""}`;
  return text.trim() ? h("span", null, h("b", null, "Shift + Return"), " to add a new line") : null;
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, MOST_ROWS)}px`;
}

function wrap(area, mark, set) {
  area.focus();
  const { selectionStart: start, selectionEnd: end, value } = area;
  if (mark.endsWith(" ")) {
    const line = value.lastIndexOf("\n", start - 1) + 1;
    set(value.slice(0, line) + mark + value.slice(line), end + mark.length);
  } else {
    set(
      value.slice(0, start) + mark + value.slice(start, end) + mark + value.slice(end),
      end + (start === end ? mark.length : 2 * mark.length),
    );
  }
}

// --- sending ------------------------------------------------------------------------------------------------------

/** Messages go one after the other, in the order of typing. */
let queue = Promise.resolve();

function submit(channel, thread, place, set) {
  const text = (typed.get(place) ?? "").trim();
  if (!text) return;
  closeMenu();
  const [word] = text.split(/\s/, 1);
  const isCommand = /^\/[a-z0-9_-]+$/i.test(word);
  if (isCommand && thread) return toast(`${word} is not supported in threads. Sorry!`);
  if (isCommand && !store.workspace.commands.some((one) => one.command === word))
    return toast(`${word} is not a valid command.`);
  set("", 0);
  delete ui.unreadLine[channel];
  const log = document.getElementById(`composer-${place}`)?.closest(".pane")?.querySelector(".messages");
  if (log) log.stick = true;
  queue = queue.then(async () => {
    const done = isCommand
      ? await perform("command", { command: word, text: text.slice(word.length).trim(), channel })
      : await perform("say", { channel, text, ...(thread ? { thread_ts: thread } : {}) });
    if (!done.ok && !typed.get(place)) {
      typed.set(place, text);
      changed();
    }
  });
}

// --- completion ---------------------------------------------------------------------------------------------------

function complete(area, menuId, set, thread) {
  const before = area.value.slice(0, area.selectionStart);
  const found = candidates(before, thread);
  if (!found || found.items.length === 0) {
    if (isOpen(menuId)) closeMenu();
    return;
  }
  const pick = ({ insert, run }) => {
    if (run) {
      set("", 0);
      return run();
    }
    const head = area.value.slice(0, area.selectionStart);
    const rest = area.value.slice(area.selectionStart);
    const start = head.length - found.length;
    const value = `${head.slice(0, start)}${insert} ${rest.replace(/^ /, "")}`;
    return set(value, start + insert.length + 1);
  };
  const shown = { items: found.items, pick, header: found.header };
  if (isOpen(menuId)) updateMenu(menuId, shown);
  else
    openMenu({
      id: menuId,
      anchor: () => area.closest(".composer-box"),
      role: "listbox",
      label: found.header,
      above: true,
      tabPicks: true,
      class: "menu-complete",
      ...shown,
    });
}

function candidates(before, thread) {
  const slash = /^\/([a-z0-9_-]*)$/i.exec(before);
  if (slash && !thread) {
    const items = store.workspace.commands
      .filter((one) => one.command.startsWith(before))
      .map((one) => ({
        key: one.command,
        insert: one.command,
        icon: avatar(store.workspace.app.bot_user_id, 28),
        label: [h("b", null, one.command), one.usage_hint ? h("span", { class: "muted" }, ` ${one.usage_hint}`) : null],
        description: `${one.description ?? ""} · ${store.workspace.app.name}`,
      }));
    const wanted = slash[1].toLowerCase();
    const shortcuts = store.workspace.shortcuts
      .filter((one) => one.type === "global" && one.name.toLowerCase().includes(wanted))
      .map((one) => ({
        key: one.callback_id,
        run: () => perform("shortcut", { callback_id: one.callback_id }),
        icon: avatar(store.workspace.app.bot_user_id, 28),
        label: one.name,
        description: `Shortcut · ${store.workspace.app.name}`,
      }));
    return { items: [...items, ...shortcuts], length: before.length, header: "Commands and shortcuts" };
  }
  const word = /(?:^|\s)([@#:])([\w.+-]*)$/.exec(before);
  if (!word) return null;
  const [, sign, query] = word;
  const lower = query.toLowerCase();
  const length = query.length + 1;
  if (sign === "@") {
    const everybody = [...humans(), ...[...store.people.values()].filter((one) => one.is_bot)];
    const items = everybody
      .filter((one) => one.name.toLowerCase().includes(lower) || one.display_name.toLowerCase().includes(lower))
      .map((one) => ({
        key: one.id,
        insert: `@${one.name}`,
        icon: avatar(one.id, 24),
        label: h("b", null, nameOf(one.id)),
        description: one.id === store.me ? `${one.name} (you)` : one.name,
      }));
    return { items, length, header: "People" };
  }
  if (sign === "#") {
    const items = [...store.channels.values()]
      .filter((one) => one.name && one.name.includes(lower) && one.kind !== "im")
      .map((one) => ({ key: one.id, insert: `#${one.name}`, icon: icon("hash", 18), label: one.name }));
    return { items, length, header: "Channels" };
  }
  if (query.length < 2) return null;
  const items = searchEmoji(lower, 8).map((name) => ({
    key: name,
    insert: `:${name}:`,
    icon: emoji(name),
    label: `:${name}:`,
  }));
  return { items, length, header: "Emoji" };
}
