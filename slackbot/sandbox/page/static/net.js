// Talking with the sandbox: reading, doing, and hearing of changes.

const RETRY = 1000; // ms before a broken stream is opened again

export class Refused extends Error {
  constructor(kind, message, status) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

/** GET some JSON. Throws Refused. */
export async function get(path) {
  return answer(await reached(path, {}));
}

/** POST JSON and read JSON. Throws Refused. */
export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answer(await reached(path, { method: "POST", headers, body: JSON.stringify(body ?? {}) }));
}

async function reached(path, options) {
  try {
    return await fetch(path, { ...options, cache: "no-store" });
  } catch {
    throw new Refused("offline", "The sandbox can't be reached. Is it still running?", 0);
  }
}

async function answer(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new Refused("no_json", `${response.status} ${response.statusText}`, response.status);
  }
  if (!response.ok || body.ok === false) {
    throw new Refused(body.error || "error", body.message || body.error || response.statusText, response.status);
  }
  return body;
}

/** Something that somebody does in the workspace; answers its result. */
export async function act(as, verb, body) {
  return (await post(`/page/do/${verb}?as=${encodeURIComponent(as)}`, body)).result;
}

/**
 * Hear server-sent events until `close()`. `on.change(data)`, `on.open()`, `on.lost()`, and `on.reload()` when something
 * may have been missed. The browser itself opens a broken stream again where it stopped.
 */
export function listen(path, on) {
  const source = new EventSource(path);
  let timer = 0;
  source.onopen = () => on.open?.();
  source.onmessage = (event) => event.data && on.change(JSON.parse(event.data));
  source.addEventListener("reload", () => on.reload?.());
  source.onerror = () => {
    on.lost?.();
    if (source.readyState === EventSource.CLOSED) timer = setTimeout(() => on.reload?.(), RETRY);
  };
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
