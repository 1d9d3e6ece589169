// Interactive elements of Block Kit, in messages, modals and the home tab.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { activeId, closeMenu, isOpen, menuKey, openMenu, updateMenu } from "./menu.js";
import { flatText, plain, textObject } from "./mrkdwn.js";
import { channelName, changed, nameOf, store, ui } from "./store.js";
import { avatar } from "./people.js";

/** element type -> the key under which its state is kept */
const KEYS = {
  plain_text_input: "value", email_text_input: "value", url_text_input: "value", number_input: "value",
  rich_text_input: "rich_text_value", datepicker: "selected_date", timepicker: "selected_time",
  datetimepicker: "selected_date_time", static_select: "selected_option", external_select: "selected_option",
  radio_buttons: "selected_option", users_select: "selected_user", conversations_select: "selected_conversation",
  channels_select: "selected_channel", checkboxes: "selected_options", multi_static_select: "selected_options",
  multi_external_select: "selected_options", multi_users_select: "selected_users",
  multi_conversations_select: "selected_conversations", multi_channels_select: "selected_channels",
};
const TYPED_DELAY = 350; // ms after the last key before the server hears what was typed
const SEARCH_DELAY = 120; // ms, likewise for menus that the app fills
const DEFAULT_MIN_QUERY = 3; // characters: Slack's

/** What an element holds: chosen here, or told by the server, or its initial value. */
function held(scope, block, element) {
  const key = KEYS[element.type];
  const state = scope.state(block.block_id, element.action_id);
  if (state && key in state) return state[key];
  const initial = element[`initial_${key.replace("selected_", "").replace("rich_text_", "")}`];
  return initial ?? (key.endsWith("s") ? [] : null);
}

const idOf = (scope, block, element) => `${scope.id}/${block.block_id}/${element.action_id}`;

/** Names an element for screen readers where no label does. */
function labelProps(scope, block, element, fallback) {
  if (block.type === "input") {
    const described = [block.hint && `${scope.id}/${block.block_id}/hint`, scope.errors?.[block.block_id] && `${scope.id}/${block.block_id}/error`];
    return {
      "aria-labelledby": `${scope.id}/${block.block_id}/label`,
      "aria-describedby": described.filter(Boolean).join(" ") || null,
      "aria-invalid": scope.errors?.[block.block_id] ? "true" : null,
      "aria-required": block.optional ? null : "true",
    };
  }
  return { "aria-label": flatText(element.accessibility_label ? { text: element.accessibility_label } : element.placeholder) || fallback };
}

/** Any element. `scope` says where it is and does what is done with it. */
export function interactive(scope, block, element) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(store.me)) return null;
  switch (element.type) {
    case "button":
    case "workflow_button":
    case "icon_button":
      return button(scope, block, element);
    case "feedback_buttons":
      return h("span", { class: "feedback" }, ["positive_button", "negative_button"].map((side) => feedback(scope, block, element, side)));
    case "overflow":
      return overflow(scope, block, element);
    case "checkboxes":
    case "radio_buttons":
      return boxes(scope, block, element);
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return picker(scope, block, element);
    case "plain_text_input":
    case "email_text_input":
    case "url_text_input":
    case "number_input":
    case "rich_text_input":
      return textInput(scope, block, element);
    case "file_input":
      return h("div", { class: "unsupported" }, "Files can't be chosen in this workspace.");
    default:
      return /_select$/.test(element.type) ? select(scope, block, element) : h("span", { class: "unsupported" }, "This content can't be displayed.");
  }
}

/** Ask before, if the element says so, then use it. */
async function use(scope, block, element, value) {
  if (element.confirm && !(await confirmed(element.confirm))) return { ok: false };
  return scope.use(block, element, value);
}

function confirmed(dialog) {
  return new Promise((resolve) => {
    ui.confirm = { dialog, returnTo: document.activeElement, answer: resolve };
    changed();
  });
}

// --- buttons ----------------------------------------------------------------------------------------------------

function button(scope, block, element) {
  const id = idOf(scope, block, element);
  const busy = ui.busy.has(id);
  const style = element.style ? ` btn-${element.style}` : "";
  const label = element.type === "icon_button" ? null : plain(element.text.text, element.text.emoji);
  const press = async () => {
    const done = use(scope, block, element);
    if (element.url && /^https?:/i.test(element.url)) open(element.url, "_blank", "noopener");
    await done;
  };
  return h("button", {
    key: id, type: "button", class: `btn${style}${busy ? " busy" : ""}`, "data-action": element.action_id, onClick: press,
    "aria-label": element.accessibility_label ?? (element.type === "icon_button" ? flatText(element.text) : null),
    "aria-busy": busy ? "true" : null, title: element.type === "icon_button" ? flatText(element.text) : null,
  }, element.type === "icon_button" ? icon("close", 16) : h("span", { class: "btn-label" }, label), element.url ? icon("external", 14) : null, busy ? h("span", { class: "spinner" }) : null);
}

function feedback(scope, block, element, side) {
  const one = element[side];
  return h("button", {
    type: "button", class: "btn btn-quiet", title: flatText(one.text), "aria-label": one.accessibility_label ?? flatText(one.text),
    onClick: () => scope.use(block, element, one.value ?? one.text.text),
  }, side === "positive_button" ? "👍" : "👎");
}

function overflow(scope, block, element) {
  const id = idOf(scope, block, element);
  const anchor = () => document.getElementById(id);
  const toggle = () => {
    if (isOpen(id)) return closeMenu();
    openMenu({
      id, anchor, role: "menu", label: "More options", alignEnd: true,
      items: element.options.map((one) => ({ key: one.value, label: plain(one.text.text), description: textObject(one.description), one })),
      pick: async ({ one }) => {
        const done = use(scope, block, element, one.value);
        if (one.url && /^https?:/i.test(one.url)) open(one.url, "_blank", "noopener");
        await done;
      },
    });
  };
  return h("button", { key: id, id, type: "button", class: "btn btn-overflow", "aria-label": "More options", "aria-haspopup": "menu", "aria-expanded": String(isOpen(id)), "data-action": element.action_id, onClick: toggle }, icon("more"));
}

// --- boxes ------------------------------------------------------------------------------------------------------

function boxes(scope, block, element) {
  const many = element.type === "checkboxes";
  const now = held(scope, block, element);
  const chosen = many ? now.map((one) => one.value) : [now?.value];
  const id = idOf(scope, block, element);
  const set = (one, on) => {
    const value = many ? element.options.filter((o) => (o.value === one.value ? on : chosen.includes(o.value))) : one;
    scope.keep(block, element, { [KEYS[element.type]]: value });
    use(scope, block, element, many ? value.map((o) => o.value) : one.value);
  };
  return h("div", { key: id, class: "boxes", role: many ? "group" : "radiogroup", ...labelProps(scope, block, element, many ? "Checkboxes" : "Choices"), "aria-required": null, "aria-invalid": null },
    element.options.map((one, index) => h("label", { class: "box" },
      h("input", { type: many ? "checkbox" : "radio", name: id, checked: chosen.includes(one.value), "data-action": index ? null : element.action_id, onChange: (event) => set(one, event.target.checked) }),
      h("span", { class: "box-text" }, h("span", null, textObject(one.text)), one.description ? h("span", { class: "box-description" }, textObject(one.description)) : null))));
}

// --- dates and times --------------------------------------------------------------------------------------------

function picker(scope, block, element) {
  const now = held(scope, block, element);
  const kind = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[element.type];
  const value = element.type === "datetimepicker" && now ? localDateTime(now) : now ?? "";
  const set = (event) => {
    const written = event.target.value || null;
    const chosen = element.type === "datetimepicker" && written ? Math.floor(new Date(written).getTime() / 1000) : written;
    if (chosen === now) return;
    scope.keep(block, element, { [KEYS[element.type]]: chosen });
    use(scope, block, element, chosen);
  };
  return h("span", { key: idOf(scope, block, element), class: "picker" },
    icon(kind === "time" ? "clock" : "calendar", 16),
    h("input", { type: kind, value, "data-action": element.action_id, onChange: set, ...labelProps(scope, block, element, "Date") }));
}

function localDateTime(seconds) {
  const when = new Date(seconds * 1000);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

// --- text -------------------------------------------------------------------------------------------------------

/** What was typed and is not told yet: field -> the work that tells it. */
const untold = new Map();

/** Tell the server everything that was typed below a scope. */
export async function tellTyped(prefix) {
  const mine = [...untold.entries()].filter(([id]) => id.startsWith(prefix));
  for (const [id, entry] of mine) {
    clearTimeout(entry.timer);
    untold.delete(id);
    await entry.tell();
  }
}

function textInput(scope, block, element) {
  const id = idOf(scope, block, element);
  const isRich = element.type === "rich_text_input";
  const told = held(scope, block, element);
  const value = ui.drafts.get(id) ?? (isRich ? richToText(told) : told) ?? "";
  const multiline = element.multiline || isRich;
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const dispatches = block.type !== "input" || block.dispatch_action;
  const tellsAlone = !dispatches || triggers.includes("on_character_entered");
  const tell = () => {
    const text = ui.drafts.get(id);
    if (text === undefined || text === (told ?? "")) return null;
    return scope.use(block, element, isRich ? textToRich(text) : text || null);
  };
  const typed = (event) => {
    ui.drafts.set(id, event.target.value);
    clearTimeout(untold.get(id)?.timer);
    const timer = tellsAlone ? setTimeout(() => tellTyped(id), TYPED_DELAY) : 0;
    untold.set(id, { timer, tell });
    grow(event.target);
    changed();
  };
  const key = (event) => {
    if (event.key !== "Enter" || event.isComposing || (multiline && !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    if (dispatches && triggers.includes("on_enter_pressed")) tellTyped(id);
    else scope.submit?.();
  };
  const props = {
    key: id, class: "text-input", value, placeholder: flatText(element.placeholder) || null, maxlength: element.max_length ?? null, "data-action": element.action_id,
    onInput: typed, onKeydown: key, onBlur: () => tellsAlone && tellTyped(id), "data-autofocus": element.focus_on_load ? "" : null, ...labelProps(scope, block, element, "Text"),
  };
  const left = element.max_length ? element.max_length - value.length : null;
  const counter = left !== null && left < Math.max(20, element.max_length / 10) ? h("span", { class: "counter", "aria-hidden": "true" }, left) : null;
  if (multiline) return h("div", { class: "text-wrap" }, h("textarea", { ...props, rows: "3", created: grow }), counter);
  const kinds = { email_text_input: "email", url_text_input: "url" };
  const isNumber = element.type === "number_input";
  return h("div", { class: "text-wrap" }, h("input", { ...props, type: kinds[element.type] ?? "text", inputmode: isNumber ? (element.is_decimal_allowed ? "decimal" : "numeric") : null, autocomplete: "off" }), counter);
}

function grow(node) {
  if (node.tagName !== "TEXTAREA") return;
  node.style.height = "auto";
  node.style.height = `${Math.min(node.scrollHeight + 2, 320)}px`;
}

function richToText(value) {
  return value?.elements?.flatMap((part) => part.elements ?? []).map((one) => one.text ?? one.name ?? "").join("") ?? null;
}

function textToRich(text) {
  return text ? { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] } : null;
}

// --- selects ----------------------------------------------------------------------------------------------------

const plainText = (text) => ({ type: "plain_text", text });

/** Everything a select's list offers by itself, as options. */
function ownOptions(element) {
  if (element.option_groups) return element.option_groups.flatMap((group) => group.options.map((one) => ({ ...one, group: flatText(group.label) })));
  if (element.options) return element.options;
  if (/users/.test(element.type)) return [...store.people.values()].map((one) => ({ text: plainText(nameOf(one.id)), value: one.id, person: one, group: undefined }));
  const kinds = element.filter?.include;
  const wanted = (c) => !c.archived && (/channels/.test(element.type) ? c.kind === "channel" : !kinds || kinds.includes({ channel: "public", group: "private" }[c.kind] ?? c.kind));
  return [...store.channels.values()].filter(wanted).map((one) => ({ text: plainText(channelName(one.id)), value: one.id, channel: one }));
}

function optionOf(element, value) {
  if (value && typeof value === "object") return value;
  if (!value) return null;
  return { value, text: plainText(/users/.test(element.type) ? nameOf(value) : `#${channelName(value)}`) };
}

function matches(option, query) {
  const wanted = query.trim().toLowerCase();
  return !wanted || `${flatText(option.text)} ${flatText(option.description)}`.toLowerCase().includes(wanted);
}

function select(scope, block, element) {
  const id = idOf(scope, block, element);
  const many = element.type.startsWith("multi_");
  const external = element.type.endsWith("external_select");
  const now = held(scope, block, element);
  const chosen = (many ? now : [now]).map((one) => optionOf(element, one)).filter(Boolean);
  const open = isOpen(id);
  const inputId = `${id}/input`;
  const input = () => document.getElementById(inputId);
  const asItem = (option) => ({
    key: option.value, option, label: plain(flatText(option.text)), description: option.description ? textObject(option.description) : null, group: option.group,
    icon: option.person ? avatar(option.person.id, 20) : option.channel ? icon(option.channel.kind === "group" ? "lock" : "hash", 16) : null,
    chosen: currentValues().includes(option.value),
  });
  const currentValues = () => {
    const latest = held(scope, block, element);
    return (many ? latest : [latest]).map((one) => optionOf(element, one)?.value);
  };
  const set = (options) => {
    const isObject = KEYS[element.type].includes("option");
    const bare = options.map(({ group, person, channel, ...one }) => (isObject ? one : one.value));
    scope.keep(block, element, { [KEYS[element.type]]: many ? bare : bare[0] ?? null });
    const values = options.map((one) => one.value);
    return use(scope, block, element, many ? values : values[0] ?? null);
  };
  const search = async (query) => {
    const least = element.min_query_length ?? DEFAULT_MIN_QUERY;
    if (query.length < least) {
      return updateMenu(id, { items: [], loading: false, pending: false, note: `Type ${least === 1 ? "a character" : `at least ${least} characters`} to search` });
    }
    updateMenu(id, { loading: ui.menu.items.length === 0 });
    const { ok, result } = await scope.search(block, element, query);
    if (ui.menu?.query !== query) return null;
    const found = Array.isArray(result) ? result : result?.options ?? [];
    return updateMenu(id, { loading: false, pending: false, items: ok ? found.map(asItem) : [], note: ok ? "No results" : "Choices could not be loaded" });
  };
  const show = (query = "") => {
    const items = external ? [] : ownOptions(element).filter((one) => matches(one, query)).map(asItem);
    if (!isOpen(id)) {
      openMenu({ id, anchor: () => input()?.closest(".select"), label: flatText(element.placeholder) || "Choices", multiple: many, query, items, note: "No results", onClose: changed, pick });
    } else {
      ui.menu.query = query;
      if (!external) updateMenu(id, { items });
    }
    if (external) {
      ui.menu.pending = true; // what is listed belongs to what was typed before
      clearTimeout(searches.get(id));
      searches.set(id, setTimeout(() => isOpen(id) && search(query), query ? SEARCH_DELAY : 0));
    }
  };
  const pick = ({ option }) => {
    if (!many) {
      set([option]);
      return changed();
    }
    const latest = held(scope, block, element).map((one) => optionOf(element, one));
    const without = latest.filter((one) => one.value !== option.value);
    if (without.length === latest.length && latest.length >= (element.max_selected_items ?? Infinity)) return null;
    set(without.length < latest.length ? without : [...latest, option]);
    if (ui.menu) {
      ui.menu.query = "";
      updateMenu(id, { items: ui.menu.items.map((item) => ({ ...item, chosen: currentValues().includes(item.key) })), keep: true });
      if (!external) updateMenu(id, { items: ownOptions(element).map(asItem), keep: true });
    }
    return changed();
  };
  const key = (event) => {
    if (isOpen(id) && menuKey(event)) return;
    if (["ArrowDown", "ArrowUp", "Enter"].includes(event.key) && !isOpen(id)) {
      event.preventDefault();
      show();
    } else if (event.key === "Backspace" && event.target.value === "" && many && chosen.length) {
      set(chosen.slice(0, -1));
    }
  };
  const label = !many && chosen[0] ? flatText(chosen[0].text) : "";
  const placeholder = flatText(element.placeholder) || (many ? "Select options" : "Select an option");
  return h("div", {
    key: id, class: `select${open ? " open" : ""}${many ? " select-many" : ""}`, "data-action-wrap": element.action_id,
    onMousedown: (event) => {
      if (event.target.closest("button") || event.target === input()) return;
      event.preventDefault();
      input().focus();
      if (!isOpen(id)) show();
    },
  },
    many ? chosen.map((one) => h("span", { key: one.value, class: "token" }, h("span", null, plain(flatText(one.text))),
      h("button", { type: "button", class: "token-remove", "aria-label": `Remove ${flatText(one.text)}`, onClick: () => set(chosen.filter((other) => other.value !== one.value)) }, icon("close", 12)))) : null,
    h("input", {
      key: "input", id: inputId, type: "text", role: "combobox", class: "select-input", autocomplete: "off", spellcheck: "false", "data-action": element.action_id,
      "data-autofocus": element.focus_on_load ? "" : null,
      value: open ? ui.menu.query : label, placeholder: open && label ? label : many && chosen.length ? "" : placeholder,
      "aria-expanded": String(open), "aria-controls": open ? "menu" : null, "aria-autocomplete": "list", "aria-activedescendant": activeId(id),
      onMousedown: () => !isOpen(id) && show(), onInput: (event) => show(isOpen(id) || many ? event.target.value : event.target.value.replace(label, "")),
      onKeydown: key, onBlur: () => isOpen(id) && closeMenu(), ...labelProps(scope, block, element, placeholder),
    }),
    !many && chosen[0] && block.type === "input" && block.optional
      ? h("button", { key: "clear", type: "button", class: "select-clear", "aria-label": "Clear", onClick: () => set([]) }, icon("close", 14)) : null,
    h("span", { key: "chevron", class: "select-chevron" }, icon("chevron", 16)));
}

const searches = new Map();
