// Where interactive elements are, and what is done when somebody uses one: in a message, a modal, the home tab.
import { tellTyped } from "./elements.js";
import { changed, message, perform, store, ui, viewState } from "./store.js";

const idOf = (scope, block, element) => `${scope.id}/${block.block_id}/${element.action_id}`;
const PRESSED = new Set(["button", "workflow_button", "icon_button"]);

/** ts -> a number that changes when this person chose something in the message. */
const versions = new Map();

export function versionOf(ts) {
  return versions.get(ts) ?? 0;
}

function touch(ts) {
  versions.set(ts, versionOf(ts) + 1);
}

/** The elements of a message, or of one that this person alone sees. */
export function messageScope(channel, shown) {
  const { ts } = shown;
  const scope = {
    id: ts,
    touch: () => touch(ts),
    state: (block, action) => ui.chosen.get(ts)?.[block]?.[action],
    keep(block, element, value) {
      const before = ui.chosen.get(ts) ?? {};
      const state = { ...before[block.block_id], [element.action_id]: { type: element.type, ...value } };
      ui.chosen.set(ts, { ...before, [block.block_id]: state });
      touch(ts);
    },
    async use(block, element, value) {
      const busy = idOf(scope, block, element);
      const common = { action: element.action_id, block_id: block.block_id };
      if (shown.is_ephemeral)
        return perform(
          "press_ephemeral",
          { ...common, ephemeral_ts: ts, channel, ...(value === undefined ? {} : { value }) },
          busy,
        );
      if (PRESSED.has(element.type)) return perform("press", { ...common, channel, ts, seen: shown }, busy);
      return perform("choose", { ...common, channel, ts, value }, busy);
    },
    search: (block, element, query) =>
      perform("message_options", { channel, ts, action: element.action_id, block_id: block.block_id, query }),
  };
  if (!shown.is_ephemeral && !message(channel, ts)) scope.state = () => undefined;
  return scope;
}

/** The elements of the modal on top. */
export function viewScope(entry, submit) {
  const latest = () => store.views.find((one) => one.view.id === entry.view.id) ?? entry;
  const scope = {
    id: entry.view.id,
    errors: entry.errors ?? {},
    submit,
    state: (block, action) => viewState(latest())[block]?.[action],
    keep(block, element, value) {
      store.views = store.views.map((one) => (one.view.id === entry.view.id ? kept(one, block, element, value) : one));
      changed();
    },
    async use(block, element, value) {
      const busy = idOf(scope, block, element);
      if (PRESSED.has(element.type)) {
        await tellTyped(`${entry.view.id}/`);
        return perform("view_press", { action: element.action_id, block_id: block.block_id }, busy);
      }
      return perform("fill", { action: element.action_id, block_id: block.block_id, value });
    },
    search: (block, element, query) =>
      perform("options", { action: element.action_id, block_id: block.block_id, query }),
  };
  return scope;
}

/** The elements of the home tab. */
export function homeScope(entry) {
  const scope = {
    id: entry.view.id,
    state: (block, action) => viewState(store.home ?? entry)[block]?.[action],
    keep(block, element, value) {
      store.home = kept(store.home, block, element, value);
      changed();
    },
    async use(block, element, value) {
      const given = { action: element.action_id, block_id: block.block_id, ...(value === undefined ? {} : { value }) };
      return perform("home_press", given, idOf(scope, block, element));
    },
    search: async () => ({ ok: false }),
  };
  return scope;
}

function kept(entry, block, element, value) {
  const state = viewState(entry);
  const inBlock = { ...state[block.block_id], [element.action_id]: { type: element.type, ...value } };
  return { ...entry, state: { ...state, [block.block_id]: inBlock } };
}
