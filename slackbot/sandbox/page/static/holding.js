// What every interactive element has: a state, a name for screen readers, perhaps a question before it is used.
import { flatText } from "./mrkdwn.js";
import { changed, ui } from "./store.js";

/** element type -> the key under which its state is kept */
export const KEYS = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  users_select: "selected_user",
  conversations_select: "selected_conversation",
  channels_select: "selected_channel",
  checkboxes: "selected_options",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  multi_users_select: "selected_users",
  multi_conversations_select: "selected_conversations",
  multi_channels_select: "selected_channels",
};
/** What an element holds: chosen here, or told by the server, or its initial value. */
export function held(scope, block, element) {
  const key = KEYS[element.type];
  const state = scope.state(block.block_id, element.action_id);
  if (state && key in state) return state[key];
  const initial = element[`initial_${key.replace("selected_", "").replace("rich_text_", "")}`];
  return initial ?? (key.endsWith("s") ? [] : null);
}

export const idOf = (scope, block, element) => `${scope.id}/${block.block_id}/${element.action_id}`;

/** Names an element for screen readers where no label does. */
export function labelProps(scope, block, element, fallback) {
  if (block.type === "input") {
    const described = [
      block.hint && `${scope.id}/${block.block_id}/hint`,
      scope.errors?.[block.block_id] && `${scope.id}/${block.block_id}/error`,
    ];
    return {
      "aria-labelledby": `${scope.id}/${block.block_id}/label`,
      "aria-describedby": described.filter(Boolean).join(" ") || null,
      "aria-invalid": scope.errors?.[block.block_id] ? "true" : null,
      "aria-required": block.optional ? null : "true",
    };
  }
  return {
    "aria-label":
      flatText(element.accessibility_label ? { text: element.accessibility_label } : element.placeholder) || fallback,
  };
}

/** Ask before, if the element says so, then use it. */
export async function use(scope, block, element, value) {
  if (element.confirm && !(await confirmed(element.confirm))) return { ok: false };
  return scope.use(block, element, value);
}

function confirmed(dialog) {
  return new Promise((resolve) => {
    ui.confirm = { dialog, returnTo: document.activeElement, answer: resolve };
    changed();
  });
}
