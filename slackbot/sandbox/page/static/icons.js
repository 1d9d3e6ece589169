// Small line drawings, 20 by 20.
import { h } from "./dom.js";

const PATHS = {
  hash: "M7 3 5.5 17M14.5 3 13 17M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  chevron: "m5.5 8 4.5 4.5L14.5 8",
  right: "m8 5.5 4.5 4.5L8 14.5",
  back: "M12.5 5.5 8 10l4.5 4.5",
  close: "m5 5 10 10M15 5 5 15",
  smile: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM6.8 12c1.5 2.2 4.9 2.2 6.4 0M7.5 7.6v.8M12.5 7.6v.8",
  thread: "M3 4h14v10H9.5L6 17v-3H3zM6.5 7.5h7M6.5 10.5h4.5",
  more: "M10 4.8v.4M10 9.8v.4M10 14.8v.4",
  send: "M3.2 3.5 17 10 3.2 16.5 5 10zM5 10h6",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm0-3v4.2c0 2.4 4 2 4-1.2a7 7 0 1 0-3 5.7",
  slash:
    "M4 3h12a1.5 1.5 0 0 1 1.5 1.5v11A1.5 1.5 0 0 1 16 17H4a1.5 1.5 0 0 1-1.5-1.5v-11A1.5 1.5 0 0 1 4 3ZM12 6.5l-4 7",
  home: "M3.5 9 10 3.5 16.5 9v7.5h-4.5V12h-4v4.5H3.5z",
  chat: "M3 4h14v9.5H9L5.5 16.5v-3H3z",
  wrench: "M12.3 3.4a4.2 4.2 0 0 0-4 5.6L3 14.3 5.7 17l5.3-5.3a4.2 4.2 0 0 0 5.6-4l-2.6 1.5-2-2z",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Zm4-1.5 4 4",
  plus: "M10 4v12M4 10h12",
  eye: "M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10Zm8 2.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z",
  download: "M10 3v9m-3.5-3.5L10 12l3.5-3.5M4 16.5h12",
  file: "M5 2.5h6.5L15.5 6.5v11H5zM11 2.5V7h4.5",
  external: "M8 4H4v12h12v-4M11.5 3.5h5v5m0-5L9 11",
  calendar: "M3.5 4.5h13v12h-13zM3.5 8h13M7 2.5v3M13 2.5v3",
  clock: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 5.5V10l3 2",
  warning: "M10 3 18 16.5H2zM10 8v4M10 14v.3",
  info: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 9v4.5M10 6.3v.3",
  check: "m4 10.5 4 4 8-9",
  up: "M10 16V4m-5 5 5-5 5 5",
  down: "M10 4v12m-5-5 5 5 5-5",
  pencil: "m3.5 16.5 1-4 9-9 3 3-9 9z",
  bold: "M6 3.5h5a3.2 3.2 0 0 1 0 6.4H6zM6 9.9h5.8a3.3 3.3 0 0 1 0 6.6H6z",
  italic: "M8.5 3.5h6M5.5 16.5h6M11.8 3.5l-3.6 13",
  strike: "M3 10h14M14 6c-.6-1.6-2-2.5-4-2.5-2.4 0-4 1.2-4 3M6 14c.6 1.7 2.1 2.5 4 2.5 2.4 0 4-1.2 4-3",
  code: "m6.5 6-4 4 4 4M13.5 6l4 4-4 4",
  quote: "M3.5 4v12M7 6h10M7 10h10M7 14h6",
  bullets: "M3.5 5.5h.2M3.5 10h.2M3.5 14.5h.2M7 5.5h10M7 10h10M7 14.5h10",
};

/** An icon; it says nothing to a screen reader. */
export function icon(name, size = 20) {
  return h(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    h("path", { d: PATHS[name] }),
  );
}
