// Where in the workspace this window is: kept in its address, so that it can be opened again and beside another.
import { become, changed, perform, store, ui, unread } from "./store.js";

/** Go to a channel or to the app. */
export function go(place) {
  leave();
  ui.place = place;
  ui.thread = null;
  ui.drawer = false;
  ui.roving = null;
  arrive();
  changed();
  ui.focusOn = ".channel .composer textarea";
}

function leave() {
  if (ui.place.kind === "channel") delete ui.unreadLine[ui.place.channel];
}

function arrive() {
  if (ui.place.kind === "channel") {
    ui.lastChannel = ui.place.channel;
    if (unread(ui.place.channel)) ui.unreadLine[ui.place.channel] = store.read[ui.place.channel] ?? "0";
  } else {
    const { tabs } = store.workspace.app;
    if (tabs && ui.homeTab !== "about" && !tabs[ui.homeTab]) ui.homeTab = tabs.home ? "home" : "about";
    if (ui.homeTab !== "about") perform("open_home", { tab: ui.homeTab });
  }
}

/** Be somebody else in this window, at the same place. */
export async function switchTo(id) {
  const address = new URL(location.href);
  address.searchParams.set("as", id);
  history.pushState(null, "", address);
  await become(id);
  settle();
}

/** After everything was read anew: be somewhere that this person can see. */
export function settle() {
  const wanted = fromAddress();
  const first =
    [...store.channels.values()].find((one) => one.members.includes(store.me) && one.kind !== "im") ??
    [...store.channels.values()][0];
  if (wanted.place.kind === "app") ui.place = wanted.place;
  else if (store.channels.has(wanted.place.channel)) Object.assign(ui, { place: wanted.place, thread: wanted.thread });
  else if (first) Object.assign(ui, { place: { kind: "channel", channel: first.id }, thread: null });
  arrive();
  changed();
}

function fromAddress() {
  const [, channel, ts] = location.hash.split("/");
  if (channel === "app") return { place: { kind: "app" }, thread: null };
  return { place: { kind: "channel", channel: channel ?? "" }, thread: ts ? { channel, ts } : null };
}

/** Write the place into the address. */
export function note() {
  const thread = ui.thread ? `/${ui.thread.ts}` : "";
  const wanted = ui.place.kind === "app" ? "#/app" : `#/${ui.place.channel}${thread}`;
  if (location.hash !== wanted) history.replaceState(null, "", wanted);
}

addEventListener("hashchange", () => {
  const wanted = fromAddress();
  if (wanted.place.kind === "app" || store.channels.has(wanted.place.channel)) {
    go(wanted.place);
    ui.thread = wanted.thread;
    changed();
  }
});

addEventListener("popstate", async () => {
  const id = new URLSearchParams(location.search).get("as");
  if (id && id !== store.me) {
    await become(id);
    settle();
  }
});
