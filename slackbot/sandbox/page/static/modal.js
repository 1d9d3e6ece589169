// What stands over the page: modals, confirmations, a question of the page itself, short notices.
import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { tellTyped } from "./elements.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";
import { viewScope } from "./scopes.js";
import { changed, perform, store, ui } from "./store.js";

let shownView = null;
let returnTo = null;
/** action id of the element that had the focus last in the modal */
let lastAction = null;

/** Note who had the focus before a modal opens; to be called before each drawing. */
export function beforeModal() {
  const top = store.views.at(-1)?.view.id ?? null;
  if (top && !shownView) returnTo = document.activeElement;
  const focused = document.activeElement?.closest?.(".modal [data-action]");
  if (focused) lastAction = focused.dataset.action;
}

/** Put the focus where it belongs; to be called after each drawing. */
export function afterModal() {
  const top = store.views.at(-1)?.view.id ?? null;
  const dialog = document.querySelector(".modal");
  if (top !== shownView) {
    if (top && dialog) focusFirst(dialog);
    else if (!top) (returnTo?.isConnected ? returnTo : document.querySelector(".composer textarea"))?.focus();
    shownView = top;
    lastAction = null;
  } else if (
    dialog &&
    (document.activeElement === document.body || !document.activeElement) &&
    !ui.confirm &&
    !ui.menu
  ) {
    ((lastAction && dialog.querySelector(`[data-action="${CSS.escape(lastAction)}"]`)) || dialog).focus();
  }
}

function focusFirst(dialog) {
  const wanted =
    dialog.querySelector("[data-autofocus]") ?? dialog.querySelector(".modal-body :is(input, textarea, select)");
  (wanted ?? dialog).focus();
}

async function submit(view) {
  await tellTyped(`${view.id}/`);
  const done = await perform("submit", {}, `${view.id}/submit`);
  if (done.result?.response_action === "errors")
    setTimeout(() => document.querySelector('.modal [aria-invalid="true"]')?.focus(), 80);
}

export function modal() {
  const entry = store.views.at(-1);
  if (!entry) return null;
  const { view } = entry;
  const busy = ui.busy.has(`${view.id}/submit`);
  const waiting = busy || [...ui.busy].some((id) => id.startsWith(view.id));
  const scope = viewScope(entry, () => view.submit && submit(view));
  const close = (everything) => perform("close_view", everything ? { everything: true } : {});
  const key = (event) => {
    if (event.key === "Escape" && !ui.menu) close(false);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && view.submit) submit(view);
    else trap(event);
  };
  return h(
    "div",
    {
      key: "modal-layer",
      class: "scrim",
      onMousedown: (event) => {
        if (event.target === event.currentTarget) event.preventDefault();
      },
    },
    h(
      "div",
      {
        key: view.id,
        class: "modal",
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "modal-title",
        tabindex: "-1",
        onKeydown: key,
      },
      waiting ? h("div", { class: "modal-loading", role: "progressbar", "aria-label": "Working" }) : null,
      h(
        "header",
        { class: "modal-head" },
        store.views.length > 1
          ? h(
              "button",
              { type: "button", class: "icon-btn", "aria-label": "Back", title: "Back", onClick: () => close(false) },
              icon("back"),
            )
          : h("span", { class: "modal-app", "aria-hidden": "true" }, "🧵"),
        h("h1", { id: "modal-title" }, plain(view.title?.text ?? "")),
        h(
          "button",
          { type: "button", class: "icon-btn", "aria-label": "Close", title: "Close", onClick: () => close(true) },
          icon("close"),
        ),
      ),
      h(
        "div",
        { class: "modal-body" },
        Object.keys(entry.errors ?? {}).length
          ? h(
              "div",
              { class: "modal-errors", role: "status" },
              icon("warning", 18),
              "Something needs your attention below.",
            )
          : null,
        blocks(scope, view.blocks),
      ),
      h(
        "footer",
        { class: "modal-foot" },
        h("span", { class: "modal-by" }, store.workspace.app.name),
        h("span", { class: "spacer" }),
        h(
          "button",
          { type: "button", class: "btn", onClick: () => close(false) },
          plain(view.close?.text ?? (view.submit ? "Cancel" : "Close")),
        ),
        view.submit
          ? h(
              "button",
              {
                type: "button",
                class: `btn btn-primary${busy ? " busy" : ""}`,
                disabled: busy,
                onClick: () => submit(view),
              },
              h("span", { class: "btn-label" }, plain(view.submit.text)),
              busy ? h("span", { class: "spinner" }) : null,
            )
          : null,
      ),
    ),
  );
}

/** Keep Tab within the dialog. */
function trap(event) {
  if (event.key !== "Tab") return;
  const all = [
    ...event.currentTarget.querySelectorAll(
      'a[href], button:not([disabled]), input:not([disabled]), textarea, select, [tabindex="0"]',
    ),
  ].filter((one) => one.offsetParent !== null);
  if (all.length === 0) return event.preventDefault();
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge && event.currentTarget !== document.activeElement) return undefined;
  event.preventDefault();
  return (event.shiftKey ? all.at(-1) : all[0]).focus();
}

function answer(yes) {
  const { answer: tell, returnTo: back } = ui.confirm;
  ui.confirm = null;
  changed();
  tell(yes);
  setTimeout(() => back?.isConnected && back.focus());
}

/** The question before something that an element guards. */
export function confirmation() {
  if (!ui.confirm) return null;
  const { dialog } = ui.confirm;
  const key = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") answer(false);
    else trap(event);
  };
  return h(
    "div",
    { key: "confirm-layer", class: "scrim scrim-confirm" },
    h(
      "div",
      {
        class: "modal confirm",
        role: "alertdialog",
        "aria-modal": "true",
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
        tabindex: "-1",
        onKeydown: key,
      },
      h(
        "header",
        { class: "modal-head" },
        h("h1", { id: "confirm-title" }, plain(dialog.title?.text ?? "Are you sure?")),
        h(
          "button",
          { type: "button", class: "icon-btn", "aria-label": "Close", onClick: () => answer(false) },
          icon("close"),
        ),
      ),
      h("div", { class: "modal-body", id: "confirm-text" }, textObject(dialog.text)),
      h(
        "footer",
        { class: "modal-foot" },
        h("span", { class: "spacer" }),
        h(
          "button",
          { type: "button", class: "btn", onClick: () => answer(false) },
          plain(dialog.deny?.text ?? "Cancel"),
        ),
        h(
          "button",
          {
            type: "button",
            class: `btn btn-${dialog.style === "danger" ? "danger-full" : "primary"}`,
            created: (node) => node.focus(),
            onClick: () => answer(true),
          },
          plain(dialog.confirm?.text ?? "Yes"),
        ),
      ),
    ),
  );
}

/** A question of the page itself: one line of text. */
export function asking() {
  const { ask } = ui;
  if (!ask) return null;
  const leave = () => {
    ui.ask = null;
    changed();
    setTimeout(() => ask.returnTo?.isConnected && ask.returnTo.focus());
  };
  const done = async () => {
    const value = document.getElementById("ask-input").value.trim();
    if (value && (await ask.submit(value))) leave();
  };
  const key = (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter") {
      event.preventDefault();
      done();
    } else trap(event);
  };
  return h(
    "div",
    { key: "ask-layer", class: "scrim" },
    h(
      "div",
      { class: "modal confirm", role: "dialog", "aria-modal": "true", "aria-labelledby": "ask-title", onKeydown: key },
      h(
        "header",
        { class: "modal-head" },
        h("h1", { id: "ask-title" }, ask.title),
        h("button", { type: "button", class: "icon-btn", "aria-label": "Close", onClick: leave }, icon("close")),
      ),
      h(
        "div",
        { class: "modal-body" },
        h("label", { class: "input-label", for: "ask-input" }, ask.label),
        h("input", {
          id: "ask-input",
          class: "text-input",
          type: "text",
          maxlength: "80",
          autocomplete: "off",
          created: (node) => node.focus(),
        }),
      ),
      h(
        "footer",
        { class: "modal-foot" },
        h("span", { class: "spacer" }),
        h("button", { type: "button", class: "btn", onClick: leave }, "Cancel"),
        h("button", { type: "button", class: "btn btn-primary", onClick: done }, ask.button),
      ),
    ),
  );
}

export function toasts() {
  return h(
    "div",
    { key: "toasts", class: "toasts" },
    ui.toasts.map((one) =>
      h(
        "div",
        { key: one.id, class: `toast toast-${one.kind}`, role: one.kind === "error" ? "alert" : "status" },
        icon(one.kind === "error" ? "warning" : "check", 18),
        h("span", null, one.text),
        h(
          "button",
          {
            type: "button",
            class: "icon-btn",
            "aria-label": "Dismiss",
            onClick: () => {
              ui.toasts = ui.toasts.filter((other) => other !== one);
              changed();
            },
          },
          icon("close", 16),
        ),
      ),
    ),
  );
}
