// What one person sees: the workspace as the server tells it, and what only this window knows.
import { act, get, listen, Refused } from "./net.js";

/** Facts from the server. Maps and arrays are replaced, never changed in place, where a part of the page depends on them. */
export const store = {
  me: "",
  workspace: null,
  people: new Map(),
  channels: new Map(),
  /** channel -> Map of ts -> message */
  messages: new Map(),
  ephemerals: [],
  views: [],
  home: null,
  files: new Map(),
  read: {},
  appConnected: true,
  online: false,
  ready: false,
  /** whether the address names somebody who isn't here */
  stranger: false,
};

/** What only this window knows. */
export const ui = {
  place: { kind: "channel", channel: "" },
  thread: null,
  panel: false,
  drawer: false,
  menu: null,
  confirm: null,
  viewer: null,
  editing: null,
  switcher: false,
  toasts: [],
  homeTab: "home",
  /** ts -> block id -> action id -> what this person has chosen in a message */
  chosen: new Map(),
  /** where a press is under way */
  busy: new Set(),
  /** what was typed and not yet told the server, by field */
  drafts: new Map(),
  dismissed: new Set(),
  /** channel -> the ts above which the line "New" stands */
  unreadLine: {},
  threadSeen: new Map(),
  alone: new Map(),
};

let draw = () => {};
let scheduled = false;

/** Name what draws the page. */
export function onChange(callback) {
  draw = callback;
}

/** Have the page drawn soon, once for everything that changes meanwhile. */
export function changed() {
  if (scheduled) return;
  scheduled = true;
  const once = () => {
    if (!scheduled) return;
    scheduled = false;
    draw();
  };
  requestAnimationFrame(once);
  setTimeout(once, 60); // a hidden window gets no frames
}

// --- reading ----------------------------------------------------------------------------------------------------

export function person(id) {
  const { app } = store.workspace;
  if (id === app.bot_id || id === app.id) return store.people.get(app.bot_user_id);
  return store.people.get(id);
}

export function nameOf(id) {
  const known = person(id);
  return known ? known.display_name || known.name : id === "USLACKBOT" ? "Slackbot" : id;
}

export function channel(id) {
  return store.channels.get(id);
}

export function channelName(id) {
  const known = channel(id);
  if (!known) return id;
  if (known.kind === "im" || known.kind === "mpim") {
    const others = known.members.filter((member) => member !== store.me);
    return others.map(nameOf).join(", ") || nameOf(store.me);
  }
  return known.name;
}

export function isMember(id) {
  return Boolean(channel(id)?.members.includes(store.me));
}

/** The app's direct conversation with this person, if there is one. */
export function appChannel() {
  const bot = store.workspace.app.bot_user_id;
  return [...store.channels.values()].find((c) => c.kind === "im" && c.members.includes(bot));
}

export function message(channelId, ts) {
  return store.messages.get(channelId)?.get(ts);
}

const isReply = (m) => m.thread_ts && m.thread_ts !== m.ts;
const byTime = (one, other) => (one.ts < other.ts ? -1 : one.ts > other.ts ? 1 : 0);

/** What a channel shows, this person's ephemeral messages among it, in order. */
export function inChannel(id) {
  const all = [...(store.messages.get(id)?.values() ?? [])];
  const shown = all.filter((m) => !isReply(m) || m.subtype === "thread_broadcast");
  const alone = store.ephemerals.filter((m) => m.channel === id && !m.thread_ts && !ui.dismissed.has(m.ts));
  return [...shown, ...alone].sort(byTime);
}

/** The replies of a thread and the ephemeral messages in it, in order; not the parent. */
export function repliesOf(id, ts) {
  const all = [...(store.messages.get(id)?.values() ?? [])].filter((m) => m.thread_ts === ts && m.ts !== ts);
  const alone = store.ephemerals.filter((m) => m.channel === id && m.thread_ts === ts && !ui.dismissed.has(m.ts));
  return [...all, ...alone].sort(byTime);
}

/** parent ts -> {count, users, latest} of a channel's threads; counted here, since a reply doesn't change its parent. */
export function threadsOf(id) {
  const threads = new Map();
  for (const m of store.messages.get(id)?.values() ?? []) {
    if (!isReply(m)) continue;
    const found = threads.get(m.thread_ts) ?? { count: 0, users: [], latest: "" };
    const who = m.user ?? m.bot_id;
    if (!found.users.includes(who)) found.users.push(who);
    found.count += 1;
    if (m.ts > found.latest) found.latest = m.ts;
    threads.set(m.thread_ts, found);
  }
  return threads;
}

export function unread(id) {
  const since = store.read[id] ?? "0";
  if (!isMember(id)) return 0;
  return inChannel(id).filter((m) => m.ts > since && m.user !== store.me && !m.is_ephemeral).length;
}

/** Whether some unread message of a channel names this person. */
export function mentioned(id) {
  const since = store.read[id] ?? "0";
  const all = [...(store.messages.get(id)?.values() ?? [])];
  return all.filter((m) => m.ts > since && m.user !== store.me && (m.text ?? "").includes(`<@${store.me}`)).length;
}

/** The state of a view's inputs: block id -> action id -> what it holds. */
export function viewState(entry) {
  return entry.state?.values ?? entry.state ?? entry.view?.state?.values ?? {};
}

// --- hearing ----------------------------------------------------------------------------------------------------

const RETRY = 1000; // ms before an unreachable server is asked again

let stream = null;
let generation = 0;

/** Be this person from now on. */
export async function become(id) {
  store.me = id;
  store.ready = false;
  Object.assign(ui, { menu: null, confirm: null, viewer: null, editing: null, drawer: false });
  ui.busy = new Set();
  ui.drafts = new Map();
  ui.dismissed = new Set();
  ui.unreadLine = {};
  await reload();
}

/** Read the whole state, and hear what changes from there on. */
export async function reload() {
  generation += 1;
  const mine = generation;
  stream?.close();
  try {
    const [workspace, state] = await Promise.all([
      get("/page/workspace"),
      get(`/page/state?as=${encodeURIComponent(store.me)}`),
    ]);
    if (mine !== generation) return;
    setWorkspace(workspace);
    setState(state);
    store.ready = true;
    store.online = true;
    stream = isSeen() ? follow(state.last_event_id, mine) : null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (mine !== generation) return;
    store.online = false;
    if (error.kind === "no_such_person") store.stranger = true;
    else setTimeout(() => mine === generation && reload(), RETRY);
  }
  changed();
}

// A browser keeps six connections to one address, and each stream takes one: a window that nobody sees gives its own up
// and only looks now and then.
const GLANCE = 10_000; // ms

/** Whether this window can be seen. */
export function isSeen() {
  return document.visibilityState === "visible";
}

let glances = 0;

function watchVisibility() {
  clearInterval(glances);
  if (isSeen()) {
    if (store.ready && !stream) reload();
    return;
  }
  stream?.close();
  stream = null;
  glances = setInterval(() => store.me && reload(), GLANCE);
}

document.addEventListener("visibilitychange", watchVisibility);
watchVisibility();

function follow(after, mine) {
  return listen(`/page/changes?as=${encodeURIComponent(store.me)}&after=${after}`, {
    change: (change) => mine === generation && apply(change),
    open: () => setOnline(true),
    lost: () => mine === generation && setOnline(false),
    reload: () => mine === generation && reload(),
  });
}

function setOnline(online) {
  if (store.online === online) return;
  store.online = online;
  changed();
}

export function setWorkspace(workspace) {
  store.workspace = workspace;
  store.people = new Map(workspace.people.map((one) => [one.id, one]));
  if (workspace.app.connections !== undefined) store.appConnected = workspace.app.connections > 0;
}

function setState(state) {
  store.channels = new Map(state.channels.map((one) => [one.id, one]));
  store.messages = new Map(
    Object.entries(state.messages ?? {}).map(([id, list]) => [id, new Map(list.map((m) => [m.ts, m]))]),
  );
  store.ephemerals = state.ephemerals ?? [];
  store.views = state.views ?? [];
  store.home = state.home ?? null;
  store.files = new Map(Object.entries(state.files ?? {}));
  store.read = { ...(state.read ?? {}) };
  ui.chosen = new Map(Object.entries(state.chosen ?? {}));
}

let soon = 0;
function reloadSoon() {
  clearTimeout(soon);
  soon = setTimeout(reload, 30);
}

/** Take in one change of the workspace. */
export function apply(change) {
  for (const [id, file] of Object.entries(change.files ?? {})) store.files.set(id, file);
  switch (change.type) {
    case "message":
    case "message_changed":
    case "reaction_added":
    case "reaction_removed":
      if (!store.channels.has(change.channel)) reloadSoon();
      else putMessage(change.channel, change.ts, change.message);
      break;
    case "message_deleted":
      putMessage(change.channel, change.ts, null);
      break;
    case "ephemeral":
    case "ephemeral_changed":
      store.ephemerals = [...store.ephemerals.filter((m) => m.ts !== change.ts), change.message].sort(byTime);
      break;
    case "ephemeral_deleted":
      store.ephemerals = store.ephemerals.filter((m) => m.ts !== change.ts);
      break;
    case "view":
      applyView(change);
      break;
    case "connections":
      store.appConnected = change.count > 0;
      break;
    case "read":
      if (change.ts) store.read = { ...store.read, [change.channel]: change.ts };
      break;
    case "file":
    case "home_opened":
      break;
    default:
      reloadSoon();
  }
  changed();
}

function putMessage(channelId, ts, value) {
  const messages = store.messages.get(channelId) ?? new Map();
  if (value) messages.set(ts, value);
  else messages.delete(ts);
  store.messages.set(channelId, messages);
}

function applyView({ action, view, errors }) {
  const entry = { view, state: view.state?.values ?? {}, errors: errors ?? {} };
  if (view.type === "home") {
    store.home = entry;
    return;
  }
  const place = store.views.findIndex((one) => one.view.id === view.id);
  if (action === "closed") store.views = store.views.filter((one) => one.view.id !== view.id);
  else if (place >= 0) store.views = store.views.map((one) => (one.view.id === view.id ? entry : one));
  else if (action === "pushed") store.views = [...store.views, entry];
  else store.views = [entry];
}

// --- acting -----------------------------------------------------------------------------------------------------

let toastId = 0;

/** Show a line for a while. */
export function toast(text, kind = "error") {
  toastId += 1;
  const id = toastId;
  ui.toasts = [...ui.toasts.slice(-2), { id, text, kind }];
  changed();
  setTimeout(() => {
    ui.toasts = ui.toasts.filter((one) => one.id !== id);
    changed();
  }, 6000);
}

/** What Slack's client would say of an error. */
export function explain(error) {
  const app = store.workspace?.app.name ?? "The app";
  if (error.kind === "not_acknowledged" || error.kind === "NotAcknowledged") return `${app} did not respond`;
  return error.message || "Something went wrong";
}

/** Do something as this person; a failure is shown. Answers `{ok, result}`. `busy` marks where it is under way. */
export async function perform(verb, body, busy) {
  if (busy) {
    if (ui.busy.has(busy)) return { ok: false };
    ui.busy.add(busy);
    changed();
  }
  try {
    return { ok: true, result: await act(store.me, verb, body) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(explain(error));
    return { ok: false, error };
  } finally {
    if (busy) ui.busy.delete(busy);
    changed();
  }
}
