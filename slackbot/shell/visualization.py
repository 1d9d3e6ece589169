"""A page that shows a picture and draws it anew whenever its file changes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from slackbot.errors import SettingsError

PAGE = "visualization.html"
#: Where Rasa's function serves its file, whatever that is.
_RASAS_PICTURE = "visualization.dot"
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Conversation</title>
<style>body{margin:0;background:#fafafa}main{padding:1em;overflow:auto}img{display:block;margin:auto}
nav{position:fixed;right:1em;top:1em}button{font-size:1.2em;min-width:2em}[hidden]{display:none!important}</style></head>
<body><nav id="zoom" hidden><button id="out" aria-label="smaller">−</button>
<button id="in" aria-label="larger">+</button></nav>
<main><img id="picture" alt="The conversation as a graph" hidden><pre id="text"></pre></main>
<script>
const [picture, text, buttons] = ["picture", "text", "zoom"].map((id) => document.getElementById(id));
let known = "", zoom = 1, shown = "";
const scale = () => { picture.style.width = zoom === 1 ? "" : `${picture.naturalWidth * zoom}px`; };
picture.onload = scale;
document.getElementById("in").onclick = () => { zoom *= 1.25; scale(); };
document.getElementById("out").onclick = () => { zoom /= 1.25; scale(); };
async function look() {
  try {
    const answer = await fetch("/picture", {headers: known ? {"If-None-Match": known} : {}, cache: "no-store"});
    if (answer.status === 200) {
      known = answer.headers.get("ETag");
      const drawn = answer.headers.get("Content-Type").startsWith("image/");
      picture.hidden = buttons.hidden = !drawn;
      text.hidden = drawn;
      if (drawn) {
        const before = shown;
        picture.src = shown = URL.createObjectURL(await answer.blob());
        URL.revokeObjectURL(before);
      } else {
        text.textContent = await answer.text();
      }
    }
  } catch { /* the program has ended: the last picture stays */ }
  setTimeout(look, 700);
}
look();
</script></body></html>
"""


@asynccontextmanager
async def visualization(image: Path, port: int = 0) -> AsyncIterator[str]:
    """Serves the page to this machine, and gives its address. Raises SettingsError for a port that is taken."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=_HTML, content_type="text/html")

    async def picture(request: web.Request) -> web.Response:
        try:
            content, changed = image.read_bytes(), image.stat().st_mtime_ns  # noqa: ASYNC240  a small file here
        except FileNotFoundError:
            raise web.HTTPNotFound(text="Nothing has been drawn yet.") from None
        tag = f'"{changed:x}-{len(content):x}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        kind = _TYPES.get(image.suffix, "text/plain")
        charset = None if kind in _TYPES.values() else "utf-8"
        headers = {"ETag": tag, "Cache-Control": "no-store"}
        return web.Response(body=content, content_type=kind, charset=charset, headers=headers)

    app = web.Application()
    app.add_routes([web.get("/", page), web.get(f"/{PAGE}", page)])
    app.add_routes([web.get("/picture", picture), web.get(f"/{_RASAS_PICTURE}", picture)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            raise SettingsError(f"port {port} can't be listened on ({error.strerror}); name another") from None
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/{PAGE}"
    finally:
        await runner.cleanup()


def start_visualization(image_path: str, port: int) -> None:
    """Shows the picture in that file on ``/visualization.html`` until the process is interrupted.

    A ``.svg`` or ``.png`` is drawn, of others the text is shown; ``/visualization.dot`` is the file itself.
    """

    async def serve() -> None:
        stop = asyncio.Event()
        async with visualization(Path(image_path), port):
            # The handler that asyncio.run sets doesn't wake a loop that is about to sleep; one of the loop's own does.
            # It can't have any on Windows, nor outside the main thread.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
            await stop.wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve())
