// Files in messages: pictures, texts with a preview, the rest as a card; and one file large.
import { h } from "./dom.js";
import { codeLines } from "./highlight.js";
import { icon } from "./icons.js";
import { changed, store, toast, ui } from "./store.js";

const PREVIEW_LINES = 6;
const KINDS = {
  yml: "YAML",
  yaml: "YAML",
  json: "JSON",
  jsonl: "JSON Lines",
  md: "Markdown",
  csv: "CSV",
  txt: "Plain text",
  png: "PNG",
  svg: "SVG",
  jpg: "JPEG",
  jpeg: "JPEG",
  gif: "GIF",
  html: "HTML",
  py: "Python",
  conllu: "CoNLL-U",
};

const suffix = (name) => name.split(".").at(-1).toLowerCase();

export function kindOf(file) {
  return KINDS[suffix(file.name)] ?? (file.name.includes(".") ? suffix(file.name).toUpperCase() : "File");
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 102.4) / 10} kB`;
  return `${Math.round(bytes / 1024 / 102.4) / 10} MB`;
}

const isPicture = (file) => file.mimetype?.startsWith("image/");

/** What is known of a file: the message's own words, and the server's address and preview. */
function known(file) {
  const more = store.files.get(file.id) ?? {};
  return { ...file, ...more, url: more.url ?? `/page/file/${file.id}?as=${encodeURIComponent(store.me)}` };
}

function download(file) {
  return h(
    "a",
    {
      class: "icon-btn",
      href: `${file.url}&download=1`,
      download: file.name,
      title: `Download ${file.name}`,
      "aria-label": `Download ${file.name}`,
    },
    icon("download", 18),
  );
}

function enlarge(file) {
  return () => view(file);
}

export function fileCard(given) {
  if (given.mode === "tombstone") return h("div", { key: given.id, class: "muted" }, "This file was deleted.");
  const file = known(given);
  const tools = h(
    "span",
    { class: "file-tools" },
    h(
      "button",
      { type: "button", class: "icon-btn", title: "Open", "aria-label": `Open ${file.name}`, onClick: enlarge(file) },
      icon("search", 18),
    ),
    download(file),
  );
  if (isPicture(file)) {
    return h(
      "div",
      { key: file.id, class: "file file-picture" },
      h("div", { class: "file-caption" }, h("span", null, file.title || file.name), tools),
      h(
        "button",
        {
          type: "button",
          class: "file-zoom",
          "aria-label": `Enlarge ${file.title || file.name}`,
          onClick: enlarge(file),
        },
        h("img", { src: file.url, alt: file.alt_txt || file.title || file.name, loading: "lazy" }),
      ),
    );
  }
  const preview = typeof file.preview === "string" ? file.preview : null;
  const lines = preview ? preview.replace(/\n$/, "").split("\n").length : 0;
  return h(
    "div",
    { key: file.id, class: "file file-card" },
    h(
      "div",
      { class: "file-head" },
      h("span", { class: `file-icon kind-${suffix(file.name)}` }, icon("file", 22)),
      h(
        "span",
        { class: "file-words" },
        h("b", null, file.title || file.name),
        h("span", { class: "muted" }, `${kindOf(file)} · ${sizeOf(file.size ?? 0)}`),
      ),
      tools,
    ),
    preview
      ? h(
          "div",
          { class: "file-preview" },
          codeLines(preview, file.name, PREVIEW_LINES),
          lines > PREVIEW_LINES
            ? h("button", { type: "button", class: "file-more", onClick: enlarge(file) }, `Show all ${lines} lines`)
            : null,
        )
      : null,
  );
}

async function view(file) {
  ui.viewer = { file, text: file.preview ?? null, returnTo: document.activeElement };
  changed();
  if (isPicture(file) || typeof file.preview !== "string") return;
  try {
    const text = await (await fetch(file.url)).text();
    if (ui.viewer?.file.id === file.id) ui.viewer.text = text;
  } catch {
    toast(`${file.name} could not be loaded`);
  }
  changed();
}

export function closeViewer() {
  const back = ui.viewer?.returnTo;
  ui.viewer = null;
  changed();
  setTimeout(() => back?.isConnected && back.focus());
}

/** One file over the whole page. */
export function viewer() {
  if (!ui.viewer) return null;
  const { file, text } = ui.viewer;
  return h(
    "div",
    {
      key: "viewer",
      class: "viewer",
      role: "dialog",
      "aria-modal": "true",
      "aria-label": file.title || file.name,
      tabindex: "-1",
      created: (node) => node.focus(),
      onKeydown: (event) => event.key === "Escape" && closeViewer(),
    },
    h(
      "div",
      { class: "viewer-head" },
      h(
        "span",
        { class: "file-words" },
        h("b", null, file.title || file.name),
        h("span", { class: "muted" }, `${kindOf(file)} · ${sizeOf(file.size ?? 0)}`),
      ),
      download(file),
      h(
        "button",
        { type: "button", class: "icon-btn", "aria-label": "Close", title: "Close", onClick: closeViewer },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "viewer-body", tabindex: "0", role: "group", "aria-label": "Contents" },
      isPicture(file)
        ? h("img", { src: file.url, alt: file.title || file.name })
        : text === null
          ? h("p", { class: "muted" }, "There is no preview of this file.")
          : codeLines(text, file.name),
    ),
  );
}
