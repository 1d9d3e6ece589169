// People and how they look.
import { h } from "./dom.js";
import { nameOf, store } from "./store.js";

const COLOURS = [
  "#b5446e",
  "#2f6f8f",
  "#5b7f2b",
  "#8a5a9e",
  "#a8602a",
  "#3d6bb3",
  "#a3423c",
  "#27796b",
  "#6b5fb0",
  "#7a6a1f",
];

/** The colour of somebody's picture: by their place among all, so that few share one. */
export function colourOf(id) {
  const place = [...store.people.keys()].indexOf(id);
  return COLOURS[(place < 0 ? 0 : place) % COLOURS.length];
}

export function isApp(id) {
  const { app } = store.workspace;
  return id === app.bot_user_id || id === app.bot_id || id === app.id;
}

/** Somebody's picture: initials on their colour, the app's reel of thread. */
export function avatar(id, size = 36) {
  const props = {
    class: `avatar${isApp(id) ? " avatar-app" : ""}`,
    style: { width: `${size}px`, height: `${size}px`, "font-size": `${Math.round(size * 0.44)}px` },
    "aria-hidden": "true",
  };
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
