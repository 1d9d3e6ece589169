// The emoji picker.
import { h } from "./dom.js";
import { EMOJI, searchEmoji } from "./emoji.js";
import { changed, ui } from "./store.js";

const COLUMNS = 9;
const MOST = 90;

/** Open it at an element; `pick(name)` takes one. */
export function openPicker(anchor, pick) {
  ui.picker = { anchor, pick, query: "", active: 0, returnTo: document.activeElement };
  changed();
}

function close(focus = true) {
  const back = ui.picker?.returnTo;
  ui.picker = null;
  changed();
  if (focus) setTimeout(() => back?.isConnected && back.focus());
}

export function pickerLayer() {
  const { picker } = ui;
  if (!picker) return null;
  const names = searchEmoji(picker.query, MOST);
  const take = (name) => {
    close();
    picker.pick(name);
  };
  const key = (event) => {
    const names = searchEmoji(picker.query, MOST); // of what is typed by now, drawn or not
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step && names.length > 1) {
      picker.active = Math.max(0, Math.min(names.length - 1, picker.active + step));
      event.preventDefault();
      changed();
      setTimeout(() => document.querySelector(".picker-emoji.active")?.scrollIntoView({ block: "nearest" }));
    } else if (event.key === "Enter" && names[picker.active]) {
      event.preventDefault();
      take(names[picker.active]);
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  const place = (node) => {
    const at = picker.anchor.getBoundingClientRect();
    const top = at.top - node.offsetHeight - 6;
    node.style.top = `${top > 8 ? top : Math.min(at.bottom + 6, innerHeight - node.offsetHeight - 8)}px`;
    node.style.left = `${Math.max(8, Math.min(at.left - 120, innerWidth - node.offsetWidth - 8))}px`;
  };
  return h(
    "div",
    {
      key: "picker",
      id: "picker",
      class: "emoji-picker",
      role: "dialog",
      "aria-label": "Emoji",
      created: (node) => {
        place(node);
        node.querySelector("input").focus();
      },
    },
    h("input", {
      type: "text",
      class: "text-input",
      placeholder: "Search all emoji",
      "aria-label": "Search all emoji",
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": "picker-grid",
      "aria-activedescendant": names[picker.active] ? `emoji-${names[picker.active]}` : null,
      value: picker.query,
      onInput: (event) => {
        picker.query = event.target.value;
        picker.active = 0;
        changed();
      },
      onKeydown: key,
    }),
    h(
      "div",
      { class: "picker-grid", id: "picker-grid", role: "listbox", "aria-label": "Emoji" },
      names.map((name, index) =>
        h(
          "span",
          {
            key: name,
            id: `emoji-${name}`,
            class: `picker-emoji${index === picker.active ? " active" : ""}`,
            role: "option",
            "aria-selected": String(index === picker.active),
            "aria-label": name.replaceAll("_", " "),
            title: `:${name}:`,
            onMousemove: () => {
              if (picker.active !== index) {
                picker.active = index;
                changed();
              }
            },
            onClick: () => take(name),
          },
          EMOJI.get(name),
        ),
      ),
    ),
    h(
      "div",
      { class: "picker-foot", "aria-hidden": "true" },
      names[picker.active]
        ? [EMOJI.get(names[picker.active]), " ", `:${names[picker.active]}:`]
        : "No emoji of this name",
    ),
  );
}

document.addEventListener("mousedown", (event) => {
  if (ui.picker && !event.target.closest("#picker")) close(false);
});
