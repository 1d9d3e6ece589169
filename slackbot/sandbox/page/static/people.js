// People and how they look.
import { h } from "./dom.js";
import { nameOf, person, store } from "./store.js";

const COLOURS = ["#b5446e", "#2f6f8f", "#5b7f2b", "#8a5a9e", "#a8602a", "#3d6bb3", "#a3423c", "#27796b", "#6b5fb0", "#7a6a1f"];

/** The colour of somebody's picture, always the same for the same name. */
export function colourOf(id) {
  const known = person(id);
  if (known?.color && /^#?[0-9a-f]{6}$/i.test(known.color)) return known.color.startsWith("#") ? known.color : `#${known.color}`;
  let sum = 0;
  for (const letter of known?.name ?? id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return COLOURS[sum % COLOURS.length];
}

export function isApp(id) {
  const { app } = store.workspace;
  return id === app.bot_user_id || id === app.bot_id || id === app.id;
}

/** Somebody's picture: initials on their colour, the app's reel of thread. */
export function avatar(id, size = 36) {
  const props = { class: `avatar${isApp(id) ? " avatar-app" : ""}`, style: { width: `${size}px`, height: `${size}px`, "font-size": `${Math.round(size * 0.44)}px` }, "aria-hidden": "true" };
  if (isApp(id)) return h("span", props, "🧵");
  props.style.background = colourOf(id);
  return h("span", props, (nameOf(id) || "?").trim().charAt(0).toUpperCase());
}

/** The dot that says whether somebody is there. Everybody here is. */
export function presence(id) {
  return h("span", { class: `presence${id === store.me ? " presence-own" : ""}`, role: "img", "aria-label": "active" });
}

/** Everybody but the bot, this person first. */
export function humans() {
  const all = [...store.people.values()].filter((one) => !one.is_bot);
  return [...all.filter((one) => one.id === store.me), ...all.filter((one) => one.id !== store.me)];
}
