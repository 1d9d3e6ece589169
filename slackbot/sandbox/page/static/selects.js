// Menus to choose from, with what Slack's client offers by itself or the app on each search.
import { h } from "./dom.js";
import { held, idOf, KEYS, labelProps, use } from "./holding.js";
import { icon } from "./icons.js";
import { activeId, closeMenu, isOpen, menuKey, openMenu, updateMenu } from "./menu.js";
import { flatText, plain, textObject } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { changed, channelName, nameOf, store, ui } from "./store.js";

const SEARCH_DELAY = 120; // ms after the last key before the app is asked
const DEFAULT_MIN_QUERY = 3; // characters: Slack's

/** menu -> the timer of the search to come */
const searches = new Map();

const plainText = (text) => ({ type: "plain_text", text });

/** Everything a select's list offers by itself, as options. */
function ownOptions(element) {
  if (element.option_groups)
    return element.option_groups.flatMap((group) =>
      group.options.map((one) => ({ ...one, group: flatText(group.label) })),
    );
  if (element.options) return element.options;
  if (/users/.test(element.type))
    return [...store.people.values()].map((one) => ({
      text: plainText(nameOf(one.id)),
      value: one.id,
      person: one,
      group: undefined,
    }));
  const kinds = element.filter?.include;
  const wanted = (c) =>
    !c.archived &&
    (/channels/.test(element.type)
      ? c.kind === "channel"
      : !kinds || kinds.includes({ channel: "public", group: "private" }[c.kind] ?? c.kind));
  return [...store.channels.values()]
    .filter(wanted)
    .map((one) => ({ text: plainText(channelName(one.id)), value: one.id, channel: one }));
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

/** A menu to choose from, in which one can type to search. */
export function select(scope, block, element) {
  const id = idOf(scope, block, element);
  const many = element.type.startsWith("multi_");
  const external = element.type.endsWith("external_select");
  const now = held(scope, block, element);
  const chosen = (many ? now : [now]).map((one) => optionOf(element, one)).filter(Boolean);
  const open = isOpen(id);
  const inputId = `${id}/input`;
  const input = () => document.getElementById(inputId);
  const asItem = (option) => ({
    key: option.value,
    option,
    label: plain(flatText(option.text)),
    description: option.description ? textObject(option.description) : null,
    group: option.group,
    icon: option.person
      ? avatar(option.person.id, 20)
      : option.channel
        ? icon(option.channel.kind === "group" ? "lock" : "hash", 16)
        : null,
    chosen: currentValues().includes(option.value),
  });
  const currentValues = () => {
    const latest = held(scope, block, element);
    return (many ? latest : [latest]).map((one) => optionOf(element, one)?.value);
  };
  const set = (options) => {
    const isObject = KEYS[element.type].includes("option");
    const bare = options.map((one) => (isObject ? { text: one.text, value: one.value } : one.value));
    scope.keep(block, element, { [KEYS[element.type]]: many ? bare : (bare[0] ?? null) });
    const values = options.map((one) => one.value);
    return use(scope, block, element, many ? values : (values[0] ?? null));
  };
  const search = async (query) => {
    const least = element.min_query_length ?? DEFAULT_MIN_QUERY;
    if (query.length < least) {
      return updateMenu(id, {
        items: [],
        loading: false,
        pending: false,
        note: `Type ${least === 1 ? "a character" : `at least ${least} characters`} to search`,
      });
    }
    updateMenu(id, { loading: ui.menu.items.length === 0 });
    const { ok, result } = await scope.search(block, element, query);
    if (ui.menu?.query !== query) return null;
    const found = Array.isArray(result) ? result : (result?.options ?? []);
    return updateMenu(id, {
      loading: false,
      pending: false,
      items: ok ? found.map(asItem) : [],
      note: ok ? "No results" : "Choices could not be loaded",
    });
  };
  const show = (query = "") => {
    const items = external
      ? []
      : ownOptions(element)
          .filter((one) => matches(one, query))
          .map(asItem);
    if (!isOpen(id)) {
      openMenu({
        id,
        anchor: () => input()?.closest(".select"),
        label: flatText(element.placeholder) || "Choices",
        multiple: many,
        query,
        items,
        note: "No results",
        onClose: changed,
        pick,
      });
    } else {
      ui.menu.query = query;
      if (!external) updateMenu(id, { items });
    }
    if (external) {
      updateMenu(id, { pending: true }); // what is listed belongs to what was typed before
      clearTimeout(searches.get(id));
      searches.set(
        id,
        setTimeout(() => isOpen(id) && search(query), query ? SEARCH_DELAY : 0),
      );
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
      updateMenu(id, {
        items: ui.menu.items.map((item) => ({ ...item, chosen: currentValues().includes(item.key) })),
        keep: true,
      });
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
  return h(
    "div",
    {
      key: id,
      class: `select${open ? " open" : ""}${many ? " select-many" : ""}`,
      "data-action-wrap": element.action_id,
      onMousedown: (event) => {
        if (event.target.closest("button") || event.target === input()) return;
        event.preventDefault();
        input().focus();
        if (!isOpen(id)) show();
      },
    },
    many
      ? chosen.map((one) =>
          h(
            "span",
            { key: one.value, class: "token" },
            h("span", null, plain(flatText(one.text))),
            h(
              "button",
              {
                type: "button",
                class: "token-remove",
                "aria-label": `Remove ${flatText(one.text)}`,
                onClick: () => set(chosen.filter((other) => other.value !== one.value)),
              },
              icon("close", 12),
            ),
          ),
        )
      : null,
    h("input", {
      key: "input",
      id: inputId,
      type: "text",
      role: "combobox",
      class: "select-input",
      autocomplete: "off",
      spellcheck: "false",
      "data-action": element.action_id,
      "data-autofocus": element.focus_on_load ? "" : null,
      value: open ? ui.menu.query : label,
      placeholder: open && label ? label : many && chosen.length ? "" : placeholder,
      "aria-expanded": String(open),
      "aria-controls": open ? "menu" : null,
      "aria-autocomplete": "list",
      "aria-activedescendant": activeId(id),
      onMousedown: () => !isOpen(id) && show(),
      onInput: (event) => show(isOpen(id) || many ? event.target.value : event.target.value.replace(label, "")),
      onKeydown: key,
      onBlur: () => isOpen(id) && closeMenu(),
      ...labelProps(scope, block, element, placeholder),
    }),
    !many && chosen[0] && block.type === "input" && block.optional
      ? h(
          "button",
          { key: "clear", type: "button", class: "select-clear", "aria-label": "Clear", onClick: () => set([]) },
          icon("close", 14),
        )
      : null,
    h("span", { key: "chevron", class: "select-chevron" }, icon("chevron", 16)),
  );
}
