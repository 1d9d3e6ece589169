// Block Kit: the blocks of messages, modals and the home tab.
import { h } from "./dom.js";
import { interactive } from "./elements.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { flatText, link, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { changed, store } from "./store.js";
import { table } from "./table.js";

export function blocks(scope, list) {
  return (list ?? []).map((block, index) =>
    h("div", { key: block.block_id || `at-${index}`, class: `block block-${block.type}` }, drawBlock(scope, block)),
  );
}

function drawBlock(scope, block) {
  switch (block.type) {
    case "section":
      return section(scope, block);
    case "actions":
      return h(
        "div",
        { class: "actions" },
        block.elements.map((one) => interactive(scope, block, one)),
      );
    case "context":
      return h("div", { class: "context" }, block.elements.map(contextPart));
    case "context_actions":
      return h(
        "div",
        { class: "actions actions-small" },
        block.elements.map((one) => interactive(scope, block, one)),
      );
    case "header":
      return h(
        "div",
        { class: "header-block", role: "heading", "aria-level": "3" },
        plain(block.text.text, block.text.emoji),
      );
    case "divider":
      return h("hr");
    case "image":
      return imageBlock(block);
    case "input":
      return input(scope, block);
    case "rich_text":
      return richText(block);
    case "markdown":
      return markdown(block.text);
    case "video":
      return video(block);
    case "file":
      return h("div", { class: "file-remote" }, icon("file"), h("span", null, block.external_id || "Remote file"));
    case "table":
      return tableBlock(block);
    case "card":
      return card(scope, block);
    case "carousel":
      return h(
        "div",
        { class: "carousel", tabindex: "0", role: "group", "aria-label": "Cards" },
        block.elements.map((one) => h("div", { class: "block-card" }, card(scope, one))),
      );
    case "container":
      return container(scope, block);
    case "alert":
      return h(
        "div",
        { class: `alert alert-${block.level ?? "default"}` },
        icon(block.level === "success" ? "check" : block.level === "info" || !block.level ? "info" : "warning"),
        h("div", null, textObject(block.text)),
      );
    case "task_card":
      return task(block);
    case "plan":
      return h("div", { class: "card" }, h("b", null, block.title), (block.tasks ?? []).map(task));
    default:
      return h("div", { class: "unsupported" }, "This content can't be displayed.");
  }
}

function section(scope, block) {
  const { accessory } = block;
  const wide = accessory && /select|boxes|radio|checkboxes/.test(accessory.type);
  return h(
    "div",
    { class: `section${accessory ? ` with-accessory${wide ? " accessory-wide" : ""}` : ""}` },
    h(
      "div",
      { class: "section-text" },
      block.text ? h("div", { class: "text" }, textObject(block.text)) : null,
      block.fields
        ? h(
            "div",
            { class: "fields" },
            block.fields.map((field) => h("div", { class: "field" }, textObject(field))),
          )
        : null,
    ),
    accessory
      ? h(
          "div",
          { class: "accessory" },
          accessory.type === "image" ? picture(accessory, "accessory-image") : interactive(scope, block, accessory),
        )
      : null,
  );
}

function contextPart(element) {
  if (element.type === "image") return picture(element, "context-image");
  return h("span", { class: "context-text" }, textObject(element));
}

/** A picture by its address or by a file of the workspace; what it shows in words if it doesn't load. */
export function picture(element, kind) {
  const file = element.slack_file?.id;
  const source = file ? store.files.get(file)?.url : element.image_url;
  if (!source || !(file || /^https?:/i.test(source))) return h("span", { class: `${kind} missing` }, element.alt_text);
  return h("img", {
    key: source,
    class: kind,
    src: source,
    alt: element.alt_text ?? "",
    loading: "lazy",
    referrerpolicy: "no-referrer",
    onError: (event) => event.target.classList.add("missing"),
  });
}

function imageBlock(block) {
  return h(
    "figure",
    { class: "image-block" },
    block.title ? h("figcaption", null, plain(block.title.text)) : null,
    picture(block, "block-image"),
  );
}

function input(scope, block) {
  const id = `${scope.id}/${block.block_id}`;
  const error = scope.errors?.[block.block_id];
  return h(
    "div",
    { class: `input${error ? " has-error" : ""}` },
    h(
      "div",
      { class: "input-label", id: `${id}/label` },
      plain(block.label.text, block.label.emoji),
      block.optional ? h("span", { class: "optional" }, " (optional)") : null,
    ),
    interactive(scope, block, block.element),
    error
      ? h(
          "div",
          { class: "input-error", id: `${id}/error`, role: "alert" },
          icon("warning", 16),
          h("span", null, error),
        )
      : null,
    block.hint ? h("div", { class: "input-hint", id: `${id}/hint` }, plain(block.hint.text)) : null,
  );
}

function video(block) {
  const title = flatText(block.title);
  const thumbnail = { image_url: block.thumbnail_url, alt_text: block.alt_text };
  return h(
    "div",
    { class: "video card" },
    block.provider_name || block.author_name
      ? h("div", { class: "video-from" }, block.provider_name ?? block.author_name)
      : null,
    h("div", { class: "video-title" }, link(block.title_url ?? block.video_url, title)),
    block.description ? h("div", { class: "video-description" }, plain(block.description.text)) : null,
    link(
      block.video_url,
      [picture(thumbnail, "video-thumbnail"), h("span", { class: "video-play", "aria-hidden": "true" }, "▶")],
      { "aria-label": `Play ${title}`, class: "video-link" },
    ),
  );
}

function cell(content) {
  if (content.type === "rich_text") return richText(content);
  return content.type === "raw_number" ? String(content.text ?? content.value) : content.text;
}

function tableBlock(block) {
  const look = (index) => {
    const settings = block.column_settings?.[index] ?? {};
    return { class: `${settings.align ? `align-${settings.align}` : ""}${settings.is_wrapped ? " wrapped" : ""}` };
  };
  return table(
    block.rows.map((row) => row.map(cell)),
    look,
  );
}

function card(scope, block) {
  return h(
    "div",
    { class: "card" },
    block.hero_image ? picture(block.hero_image, "card-hero") : null,
    h(
      "div",
      { class: "card-head" },
      block.icon ? picture(block.icon, "context-image") : null,
      h(
        "div",
        null,
        block.title ? h("b", null, textObject(block.title)) : null,
        block.subtitle ? h("div", { class: "muted" }, textObject(block.subtitle)) : null,
      ),
    ),
    block.body ? h("div", null, textObject(block.body)) : null,
    block.actions
      ? h(
          "div",
          { class: "actions" },
          block.actions.map((one) => interactive(scope, block, one)),
        )
      : null,
  );
}

const folded = new Map();

function container(scope, block) {
  const id = `${scope.id}/${block.block_id}`;
  const closed = block.is_collapsible && (folded.get(id) ?? block.default_collapsed);
  const title = block.title ? plain(block.title.text) : richText(block.rich_text_title);
  const flip = () => {
    folded.set(id, !closed);
    scope.touch?.();
    changed();
  };
  return h(
    "div",
    { class: "card container" },
    h(
      "div",
      { class: "card-head" },
      block.icon ? picture(block.icon, "context-image") : null,
      block.is_collapsible
        ? h(
            "button",
            { type: "button", class: "fold", "aria-expanded": String(!closed), onClick: flip },
            icon(closed ? "right" : "chevron", 16),
            h("b", null, title),
          )
        : h("b", null, title),
      block.subtitle ? h("span", { class: "muted" }, textObject(block.subtitle)) : null,
    ),
    closed ? null : blocks(scope, block.child_blocks),
  );
}

function task(block) {
  const signs = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };
  return h(
    "div",
    { class: "task-card" },
    h("span", { class: `task-sign task-${block.status}`, title: block.status }, signs[block.status] ?? "○"),
    h(
      "div",
      null,
      block.title,
      block.details ? richText(block.details) : null,
      block.output ? richText(block.output) : null,
    ),
  );
}

/** Colour bars and texts of old-style attachments. */
export function attachments(scope, list) {
  return (list ?? []).map((one, index) =>
    h(
      "div",
      { key: `attachment-${index}`, class: "attachment" },
      h("span", {
        class: "attachment-bar",
        style: /^#?[0-9a-f]{3,6}$/i.test(one.color ?? "")
          ? { background: one.color.startsWith("#") ? one.color : `#${one.color}` }
          : {},
      }),
      h(
        "div",
        { class: "attachment-body" },
        one.pretext ? h("div", null, textObject({ type: "mrkdwn", text: one.pretext })) : null,
        one.title ? h("b", null, one.title_link ? link(one.title_link, one.title) : one.title) : null,
        one.blocks
          ? blocks(scope, one.blocks)
          : one.text
            ? h("div", null, textObject({ type: "mrkdwn", text: one.text }))
            : null,
        one.fields
          ? h(
              "div",
              { class: "fields" },
              one.fields.map((field) =>
                h(
                  "div",
                  { class: "field" },
                  h("b", null, field.title),
                  h("div", null, textObject({ type: "mrkdwn", text: field.value })),
                ),
              ),
            )
          : null,
      ),
    ),
  );
}

export { fileCard };
