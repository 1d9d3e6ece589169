// The rail and the sidebar: the workspace, its channels, the app, people; and who acts in this window.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closeMenu, isOpen, openMenu } from "./menu.js";
import { post, Refused } from "./net.js";
import { avatar, humans, presence } from "./people.js";
import { go, switchTo } from "./places.js";
import {
  appChannel,
  changed,
  channelName,
  explain,
  isMember,
  mentioned,
  nameOf,
  perform,
  reload,
  store,
  toast,
  ui,
  unread,
} from "./store.js";

export function rail() {
  const { place } = ui;
  const item = (label, name, active, onClick) =>
    h(
      "button",
      { type: "button", class: `rail-item${active ? " active" : ""}`, "aria-pressed": String(active), onClick },
      h("span", { class: "rail-icon" }, name),
      h("span", { class: "rail-label" }, label),
    );
  const first = [...store.channels.values()].find((one) => one.kind !== "im");
  return h(
    "nav",
    { class: "rail", "aria-label": "Workspace" },
    h("div", { class: "workspace-tile", "aria-hidden": "true" }, store.workspace.team.name.charAt(0)),
    item(
      "Home",
      icon("home"),
      place.kind === "channel",
      () => first && go({ kind: "channel", channel: ui.lastChannel ?? first.id }),
    ),
    item("App", "🧵", place.kind === "app", () => go({ kind: "app" })),
    item("Build", icon("wrench"), ui.panel, () => {
      ui.panel = !ui.panel;
      changed();
    }),
    h("span", { class: "spacer" }),
    personButton("rail"),
  );
}

/** Who acts here; opens the list of people to be. */
export function personButton(where) {
  const id = `person/${where}`;
  return h(
    "button",
    {
      id,
      type: "button",
      class: "person-button",
      "aria-haspopup": "menu",
      "aria-expanded": String(isOpen(id)),
      "aria-label": `You are ${nameOf(store.me)}. Switch person`,
      title: `You are ${nameOf(store.me)}`,
      onClick: () => (isOpen(id) ? closeMenu() : personMenu(id)),
    },
    avatar(store.me, 36),
    presence(store.me),
    where === "rail" ? null : h("span", { class: "person-name" }, nameOf(store.me), icon("chevron", 14)),
  );
}

function personMenu(id) {
  const anchor = () => document.getElementById(id);
  const people = humans();
  const items = [
    ...people.map((one) => ({
      key: one.id,
      group: "Act as",
      label: nameOf(one.id),
      description: one.id === store.me ? "This is you" : null,
      icon: avatar(one.id, 24),
      chosen: one.id === store.me,
      run: () => switchTo(one.id),
    })),
    ...people
      .filter((one) => one.id !== store.me)
      .map((one) => ({
        key: `${one.id}/window`,
        group: "Open a window as",
        label: nameOf(one.id),
        icon: icon("external", 16),
        run: () => open(`?as=${encodeURIComponent(one.id)}${location.hash}`, "_blank", "noopener"),
      })),
    { key: "add", group: "Workspace", label: "Add a person…", icon: icon("plus", 16), run: addPerson },
  ];
  openMenu({ id, anchor, role: "menu", label: "People", items, pick: (item) => item.run() });
}

export function addPerson() {
  const submit = async (name) => {
    try {
      await post("/page/people", { display_name: name });
      await reload();
      toast(`${name} is here now`, "note");
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      toast(explain(error));
      return false;
    }
  };
  ui.ask = { title: "Add a person", label: "Name", button: "Add", submit, returnTo: document.activeElement };
  changed();
}

export function sidebar() {
  const all = [...store.channels.values()];
  const channels = all.filter((one) => one.kind === "channel" || one.kind === "group");
  const groups = all.filter((one) => one.kind === "mpim");
  const { app, team } = store.workspace;
  const messages = appChannel();
  return h(
    "aside",
    {
      class: `sidebar${ui.drawer ? " open" : ""}`,
      "aria-label": "Sidebar",
      id: "sidebar",
      onKeydown: (event) => {
        if (event.key === "Escape" && ui.drawer) {
          ui.drawer = false;
          changed();
        } else arrows(event);
      },
    },
    h(
      "div",
      { class: "sidebar-head" },
      h("span", { class: "team-name" }, team.name),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          type: "button",
          class: "icon-btn drawer-close",
          "aria-label": "Close sidebar",
          onClick: () => {
            ui.drawer = false;
            changed();
          },
        },
        icon("close"),
      ),
    ),
    h("div", { class: "sidebar-person" }, personButton("sidebar")),
    h(
      "div",
      { class: "sidebar-scroll" },
      section(
        "Channels",
        channels.map((one) => channelItem(one)),
      ),
      section("Direct messages", [...groups.map((one) => channelItem(one)), ...humans().map(personItem)]),
      section("Apps", [
        h(
          "li",
          { key: app.id },
          h(
            "button",
            {
              type: "button",
              class: `side-item${ui.place.kind === "app" ? " active" : ""}${messages && unread(messages.id) ? " unread" : ""}`,
              "aria-current": ui.place.kind === "app" ? "page" : null,
              onClick: () => go({ kind: "app" }),
            },
            avatar(app.bot_user_id, 20),
            h("span", { class: "side-name" }, app.name),
            messages && unread(messages.id) ? h("span", { class: "badge" }, unread(messages.id)) : null,
          ),
        ),
      ]),
      h(
        "button",
        { type: "button", class: "side-item side-add", onClick: addPerson },
        icon("plus", 16),
        h("span", { class: "side-name" }, "Add a person"),
      ),
    ),
  );
}

const folded = new Set();

function section(title, items) {
  const open = !folded.has(title);
  const flip = () => {
    if (open) folded.add(title);
    else folded.delete(title);
    changed();
  };
  return h(
    "section",
    { class: "side-section", "aria-label": title },
    h(
      "h2",
      null,
      h(
        "button",
        { type: "button", class: "side-fold", "aria-expanded": String(open), onClick: flip },
        icon(open ? "chevron" : "right", 14),
        title,
      ),
    ),
    open ? h("ul", null, items) : null,
  );
}

function channelItem(one) {
  const active = ui.place.kind === "channel" && ui.place.channel === one.id;
  const fresh = unread(one.id);
  const named = mentioned(one.id);
  const state = `${active ? " active" : ""}${fresh && !active ? " unread" : ""}${isMember(one.id) ? "" : " outside"}`;
  return h(
    "li",
    { key: one.id },
    h(
      "button",
      {
        type: "button",
        class: `side-item${state}`,
        "aria-label": `${channelName(one.id)}${fresh && !active ? `, ${fresh} unread` : ""}`,
        "aria-current": active ? "page" : null,
        onClick: () => go({ kind: "channel", channel: one.id }),
      },
      icon(one.kind === "group" ? "lock" : one.kind === "mpim" ? "chat" : "hash", 18),
      h("span", { class: "side-name" }, channelName(one.id)),
      named && !active ? h("span", { class: "badge" }, named) : null,
    ),
  );
}

function personItem(one) {
  const id = `side/${one.id}`;
  const own = one.id === store.me;
  const show = () => {
    if (isOpen(id)) return closeMenu();
    const place = ui.place.kind === "channel" && store.channels.get(ui.place.channel);
    const items = [
      own ? null : { key: "as", label: `Act as ${nameOf(one.id)}`, run: () => switchTo(one.id) },
      own
        ? null
        : {
            key: "window",
            label: "Open a window as this person",
            run: () => open(`?as=${encodeURIComponent(one.id)}${location.hash}`, "_blank", "noopener"),
          },
      place && isMember(place.id) && !place.members.includes(one.id)
        ? {
            key: "invite",
            label: `Invite to #${place.name}`,
            run: () => perform("invite", { channel: place.id, user_id: one.id }),
          }
        : null,
      own && place && isMember(place.id) && place.kind === "channel"
        ? {
            key: "leave",
            label: `Leave #${place.name}`,
            danger: true,
            run: () => perform("leave", { channel: place.id }),
          }
        : null,
    ].filter(Boolean);
    return openMenu({
      id,
      anchor: () => document.getElementById(id),
      role: "menu",
      label: nameOf(one.id),
      items,
      pick: (item) => item.run(),
    });
  };
  return h(
    "li",
    { key: one.id },
    h(
      "button",
      {
        id,
        type: "button",
        class: "side-item",
        "aria-haspopup": "menu",
        "aria-expanded": String(isOpen(id)),
        onClick: show,
      },
      h("span", { class: "side-avatar" }, avatar(one.id, 20), presence(one.id)),
      h("span", { class: "side-name" }, nameOf(one.id)),
      own ? h("span", { class: "side-you" }, "you") : null,
    ),
  );
}

function arrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || ui.menu) return;
  const items = [...event.currentTarget.querySelectorAll(".side-item")];
  const next = items[items.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
