// Lists that open over the page: what a select offers, completions, an overflow's choices, menus. One at a time.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { changed, ui } from "./store.js";

/**
 * Open a list under (or over) an element.
 *
 * `id` names it, `anchor()` answers the element it hangs on, `role` is "listbox" (the focus stays where it is) or "menu"
 * (the focus goes in), `items` are `{key, label, description?, icon?, group?, chosen?, disabled?, danger?}`, `pick(item)`
 * takes one. Others: `note` (a line in place of items), `loading`, `multiple`, `above`, `wide`, `label`, `onClose`.
 */
export function openMenu(menu) {
  if (ui.menu && ui.menu.id !== menu.id) closeMenu();
  ui.menu = { active: first(menu.items ?? []), role: "listbox", items: [], ...menu };
  if (ui.menu.role === "menu") ui.menu.returnTo = document.activeElement;
  changed();
}

function first(items) {
  const chosen = items.findIndex((item) => item.chosen && !item.disabled);
  return chosen >= 0 ? chosen : items.findIndex((item) => !item.disabled);
}

/** Change what the open list shows; nothing if it is no longer this one. */
export function updateMenu(id, changes) {
  if (ui.menu?.id !== id) return;
  const before = ui.menu.items[ui.menu.active]?.key;
  Object.assign(ui.menu, changes);
  if (changes.items && changes.active === undefined) {
    const same = changes.keep ? changes.items.findIndex((item) => item.key === before) : -1;
    ui.menu.active = same >= 0 ? same : first(changes.items);
  }
  if (ui.menu.pickWhenThere && changes.pending === false) {
    ui.menu.pickWhenThere = false;
    if (ui.menu.items[ui.menu.active]) pick(ui.menu.active);
  }
  changed();
}

export function closeMenu({ focus = false } = {}) {
  const menu = ui.menu;
  if (!menu) return;
  ui.menu = null;
  if (focus || menu.role === "menu") (menu.returnTo?.isConnected ? menu.returnTo : menu.anchor?.())?.focus?.();
  menu.onClose?.();
  changed();
}

export function isOpen(id) {
  return ui.menu?.id === id;
}

/** The DOM id of the item that is marked, for aria-activedescendant. */
export function activeId(id) {
  return isOpen(id) && ui.menu.items[ui.menu.active] ? itemId(ui.menu.active) : null;
}

const itemId = (index) => `menu-item-${index}`;

/** Keys that move in the open list. Answers whether the key was one. */
export function menuKey(event) {
  const menu = ui.menu;
  if (!menu || event.isComposing) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(step);
  else if (event.key === "Home" && menu.role === "menu") moveTo(-1, 1);
  else if (event.key === "End" && menu.role === "menu") moveTo(menu.items.length, -1);
  else if (event.key === "Escape") closeMenu({ focus: true });
  else if (event.key === "Enter" && menu.pending) menu.pickWhenThere = true;
  else if ((event.key === "Enter" || (event.key === "Tab" && menu.tabPicks)) && menu.items[menu.active])
    pick(menu.active);
  else if (event.key === " " && menu.role === "menu") pick(menu.active);
  else if (event.key === "Tab") {
    closeMenu();
    return false;
  } else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

function move(step) {
  const { items, active } = ui.menu;
  for (let tried = 1; tried <= items.length; tried += 1) {
    const next = (active + step * tried + items.length * tried + items.length) % items.length;
    if (!items[next].disabled) {
      ui.menu.active = next;
      break;
    }
  }
  ui.menu.scroll = true;
  changed();
}

function moveTo(from, step) {
  ui.menu.active = from;
  move(step);
}

function pick(index) {
  const menu = ui.menu;
  const item = menu.items[index];
  if (!item || item.disabled) return;
  if (!menu.multiple) closeMenu({ focus: menu.role === "menu" });
  menu.pick(item);
}

/** The open list, to be drawn at the end of the page. */
export function menuLayer() {
  const menu = ui.menu;
  if (!menu) return null;
  const anchor = menu.anchor?.();
  if (!anchor || !anchor.isConnected) {
    queueMicrotask(() => ui.menu === menu && closeMenu());
    return null;
  }
  const isMenu = menu.role === "menu";
  const body = menu.loading
    ? h(
        "div",
        { class: "menu-note", role: isMenu ? null : "option", "aria-disabled": isMenu ? null : "true" },
        h("span", { class: "spinner" }),
        " Loading…",
      )
    : menu.items.length === 0
      ? h(
          "div",
          {
            class: "menu-note",
            role: isMenu ? null : "option",
            "aria-disabled": isMenu ? null : "true",
            "aria-selected": isMenu ? null : "false",
          },
          menu.note ?? "No results",
        )
      : rows(menu, isMenu);
  const settle = (node) => {
    place(node, anchor, menu);
    if (isMenu && !node.contains(document.activeElement)) node.focus();
    if (menu.scroll !== false) node.querySelector(".menu-item.active")?.scrollIntoView({ block: "nearest" });
    menu.scroll = false;
  };
  return h(
    "div",
    {
      key: `menu-${menu.id}`,
      id: "menu",
      class: `menu${menu.wide ? " menu-wide" : ""} ${menu.class ?? ""}`,
      role: menu.role,
      "aria-label": menu.label ?? "Choices",
      "aria-multiselectable": menu.multiple ? "true" : null,
      "aria-busy": menu.pending ? "true" : null,
      "aria-activedescendant": isMenu && menu.items[menu.active] ? itemId(menu.active) : null,
      tabindex: isMenu ? "-1" : null,
      onKeydown: isMenu ? menuKey : undefined,
      onMousedown: (event) => event.preventDefault(),
      created: settle,
      updated: settle,
    },
    menu.header ? h("div", { class: "menu-header", role: "presentation" }, menu.header) : null,
    body,
  );
}

function rows(menu, isMenu) {
  const parts = [];
  let group;
  menu.items.forEach((item, index) => {
    if (item.group !== group) {
      group = item.group;
      if (group) parts.push(h("div", { key: `group-${index}`, class: "menu-group", role: "presentation" }, group));
      else if (isMenu && index) parts.push(h("div", { key: `line-${index}`, class: "menu-line", role: "separator" }));
    }
    parts.push(row(menu, item, index, isMenu));
  });
  return parts;
}

function row(menu, item, index, isMenu) {
  const active = index === menu.active;
  return h(
    "div",
    {
      key: `item-${index}-${item.key}`,
      id: itemId(index),
      class: `menu-item${active ? " active" : ""}${item.danger ? " danger" : ""}${item.chosen ? " chosen" : ""}`,
      role: isMenu ? "menuitem" : "option",
      "aria-selected": isMenu ? null : String(Boolean(item.chosen ?? active)),
      "aria-disabled": item.disabled ? "true" : null,
      onMousemove: () => {
        if (menu.active === index || item.disabled) return;
        menu.active = index;
        changed();
      },
      onClick: () => pick(index),
    },
    item.icon ? h("span", { class: "menu-icon" }, item.icon) : null,
    h(
      "span",
      { class: "menu-text" },
      h("span", { class: "menu-label" }, item.label),
      item.description ? h("span", { class: "menu-description" }, item.description) : null,
    ),
    item.chosen ? h("span", { class: "menu-check" }, icon("check", 16)) : null,
    item.hint ? h("span", { class: "menu-hint" }, item.hint) : null,
  );
}

const EDGE = 8;

function place(node, anchor, menu) {
  const at = anchor.getBoundingClientRect();
  node.style.minWidth = menu.role === "listbox" ? `${Math.min(at.width, innerWidth - 2 * EDGE)}px` : "";
  const below = innerHeight - at.bottom - EDGE;
  const above = at.top - EDGE;
  const wanted = Math.min(node.scrollHeight, 440);
  const goesUp = menu.above ? above > wanted || above > below : below < wanted && above > below;
  node.style.maxHeight = `${Math.max(80, Math.min(440, (goesUp ? above : below) - 4))}px`;
  const height = Math.min(node.scrollHeight + 2, Number.parseFloat(node.style.maxHeight));
  node.style.top = `${goesUp ? Math.max(EDGE, at.top - height - 4) : at.bottom + 4}px`;
  const width = node.offsetWidth;
  const left = menu.alignEnd ? at.right - width : at.left;
  node.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
}

document.addEventListener("mousedown", (event) => {
  const menu = ui.menu;
  if (!menu || event.target.closest("#menu")) return;
  const anchor = menu.anchor?.();
  if (anchor?.contains(event.target)) return;
  ui.menu = null;
  menu.onClose?.();
  changed();
});
addEventListener("resize", () => ui.menu && changed());
