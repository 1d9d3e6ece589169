// Interactive elements of Block Kit, in messages, modals and the home tab.
import { h } from "./dom.js";
import { held, idOf, KEYS, labelProps, use } from "./holding.js";
import { icon } from "./icons.js";
import { closeMenu, isOpen, openMenu } from "./menu.js";
import { flatText, placeOf, plain, textObject } from "./mrkdwn.js";
import { select } from "./selects.js";
import { changed, store, ui } from "./store.js";

const TYPED_DELAY = 350; // ms after the last key before the server hears what was typed

/** Any element. `scope` says where it is and does what is done with it. */
export function interactive(scope, block, element) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(store.me)) return null;
  switch (element.type) {
    case "button":
    case "workflow_button":
    case "icon_button":
      return button(scope, block, element);
    case "feedback_buttons":
      return h(
        "span",
        { class: "feedback" },
        ["positive_button", "negative_button"].map((side) => feedback(scope, block, element, side)),
      );
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
      return /_select$/.test(element.type)
        ? select(scope, block, element)
        : h("span", { class: "unsupported" }, "This content can't be displayed.");
  }
}

// --- buttons ----------------------------------------------------------------------------------------------------

function button(scope, block, element) {
  const id = idOf(scope, block, element);
  const busy = ui.busy.has(id);
  const style = element.style ? ` btn-${element.style}` : "";
  const label = element.type === "icon_button" ? null : plain(element.text.text, element.text.emoji);
  const press = async () => {
    const done = use(scope, block, element);
    const place = placeOf(element.url ?? "");
    if (place) location.hash = place;
    else if (element.url && /^https?:/i.test(element.url)) open(element.url, "_blank", "noopener");
    await done;
  };
  return h(
    "button",
    {
      key: id,
      type: "button",
      class: `btn${style}${busy ? " busy" : ""}`,
      "data-action": element.action_id,
      onClick: press,
      "aria-label": element.accessibility_label ?? (element.type === "icon_button" ? flatText(element.text) : null),
      "aria-busy": busy ? "true" : null,
      title: element.type === "icon_button" ? flatText(element.text) : null,
    },
    element.type === "icon_button" ? icon("close", 16) : h("span", { class: "btn-label" }, label),
    element.url ? icon("external", 14) : null,
    busy ? h("span", { class: "spinner" }) : null,
  );
}

function feedback(scope, block, element, side) {
  const one = element[side];
  return h(
    "button",
    {
      type: "button",
      class: "btn btn-quiet",
      title: flatText(one.text),
      "aria-label": one.accessibility_label ?? flatText(one.text),
      onClick: () => scope.use(block, element, one.value ?? one.text.text),
    },
    side === "positive_button" ? "👍" : "👎",
  );
}

function overflow(scope, block, element) {
  const id = idOf(scope, block, element);
  const anchor = () => document.getElementById(id);
  const toggle = () => {
    if (isOpen(id)) return closeMenu();
    openMenu({
      id,
      anchor,
      role: "menu",
      label: "More options",
      alignEnd: true,
      items: element.options.map((one) => ({
        key: one.value,
        label: plain(one.text.text),
        description: textObject(one.description),
        one,
      })),
      pick: async ({ one }) => {
        const done = use(scope, block, element, one.value);
        if (one.url && /^https?:/i.test(one.url)) open(one.url, "_blank", "noopener");
        await done;
      },
    });
  };
  return h(
    "button",
    {
      key: id,
      id,
      type: "button",
      class: "btn btn-overflow",
      "aria-label": "More options",
      "aria-haspopup": "menu",
      "aria-expanded": String(isOpen(id)),
      "data-action": element.action_id,
      onClick: toggle,
    },
    icon("more"),
  );
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
  return h(
    "div",
    {
      key: id,
      class: "boxes",
      role: many ? "group" : "radiogroup",
      ...labelProps(scope, block, element, many ? "Checkboxes" : "Choices"),
      "aria-required": null,
      "aria-invalid": null,
    },
    element.options.map((one, index) =>
      h(
        "label",
        { class: "box" },
        h("input", {
          type: many ? "checkbox" : "radio",
          name: id,
          checked: chosen.includes(one.value),
          "data-action": index ? null : element.action_id,
          onChange: (event) => set(one, event.target.checked),
        }),
        h(
          "span",
          { class: "box-text" },
          h("span", null, textObject(one.text)),
          one.description ? h("span", { class: "box-description" }, textObject(one.description)) : null,
        ),
      ),
    ),
  );
}

// --- dates and times --------------------------------------------------------------------------------------------

function picker(scope, block, element) {
  const now = held(scope, block, element);
  const kind = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" }[element.type];
  const value = element.type === "datetimepicker" && now ? localDateTime(now) : (now ?? "");
  const set = (event) => {
    const written = event.target.value || null;
    const chosen =
      element.type === "datetimepicker" && written ? Math.floor(new Date(written).getTime() / 1000) : written;
    if (chosen === now) return;
    scope.keep(block, element, { [KEYS[element.type]]: chosen });
    use(scope, block, element, chosen);
  };
  return h(
    "span",
    { key: idOf(scope, block, element), class: "picker" },
    icon(kind === "time" ? "clock" : "calendar", 16),
    h("input", {
      type: kind,
      value,
      "data-action": element.action_id,
      onChange: set,
      ...labelProps(scope, block, element, "Date"),
    }),
  );
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
    key: id,
    class: "text-input",
    value,
    placeholder: flatText(element.placeholder) || null,
    maxlength: element.max_length ?? null,
    "data-action": element.action_id,
    onInput: typed,
    onKeydown: key,
    onBlur: () => tellsAlone && tellTyped(id),
    "data-autofocus": element.focus_on_load ? "" : null,
    ...labelProps(scope, block, element, "Text"),
  };
  const left = element.max_length ? element.max_length - value.length : null;
  const counter =
    left !== null && left < Math.max(20, element.max_length / 10)
      ? h("span", { class: "counter", "aria-hidden": "true" }, left)
      : null;
  if (multiline)
    return h("div", { class: "text-wrap" }, h("textarea", { ...props, rows: "3", created: grow }), counter);
  const kinds = { email_text_input: "email", url_text_input: "url" };
  const isNumber = element.type === "number_input";
  return h(
    "div",
    { class: "text-wrap" },
    h("input", {
      ...props,
      type: kinds[element.type] ?? "text",
      inputmode: isNumber ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
      autocomplete: "off",
    }),
    counter,
  );
}

function grow(node) {
  if (node.tagName !== "TEXTAREA") return;
  node.style.height = "auto";
  node.style.height = `${Math.min(node.scrollHeight + 2, 320)}px`;
}

function richToText(value) {
  return (
    value?.elements
      ?.flatMap((part) => part.elements ?? [])
      .map((one) => one.text ?? one.name ?? "")
      .join("") ?? null
  );
}

function textToRich(text) {
  return text
    ? { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] }
    : null;
}
