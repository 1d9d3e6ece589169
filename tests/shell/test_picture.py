"""The conversation as a graph, and the page that shows it."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from slackbot.errors import SettingsError
from slackbot.shell.picture import Graph, Node, graph_of, svg_of
from slackbot.shell.visualization import start_visualization, visualization
from tests.core.sdk_server import free_port
from tests.shell.conftest import Typing

SVG = "{http://www.w3.org/2000/svg}"


async def test_branches_share_what_they_have_in_common(typing: Typing) -> None:
    _, branches = await typing("hi", "", "bye", "", ":fork 2", "a soup", "")
    graph = graph_of(await branches.all())
    labels = sorted(node.label for node in graph.nodes.values())
    assert labels == ["bye", "greet", "order", "start", "utter_bye", "utter_dish", "utter_greet"]
    assert len(graph.edges) == 6
    assert all(graph.edges.values())


async def test_what_nobody_has_agreed_on_is_dashed(typing: Typing) -> None:
    _, branches = await typing("hi", "", "bye", "i bye")
    graph = graph_of(await branches.all())
    dashed = {node.label for node in graph.nodes.values() if not node.agreed}
    assert dashed == {"bye", "utter_bye"}
    assert svg_of(graph).count("stroke-dasharray") == 4  # two boxes, and the edges to them


async def test_what_comes_after_a_restart_is_a_path_of_its_own(typing: Typing) -> None:
    _, branches = await typing("hi", "", ":restart", "bye", "")
    graph = graph_of(await branches.all())
    assert sorted(end.split(":")[-1] for start, end in graph.edges if start == "") == ["bye", "greet"]


def test_the_picture_is_well_formed_and_no_box_covers_another() -> None:
    graph = Graph()
    for number in range(60):
        steps = [
            Node("user", f"a<b> & {number % 7}", '"x"\x1b'),
            Node("action", f"utter_{number % 13}"),
            Node("user", str(number)),
        ]
        graph.add(steps)
    root = ET.fromstring(svg_of(graph))  # noqa: S314  our own
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height")) for box in root.iter(f"{SVG}rect")]
    assert len(boxes) == len(graph.nodes)
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 <= y
        assert (x + w <= width) & (y + h <= height)
        assert not any(abs(x - x2) < w and abs(y - y2) < h for x2, y2, _, _ in boxes[:i])


def test_an_empty_conversation_is_a_start() -> None:
    assert "start" in svg_of(Graph())


async def test_the_page_is_drawn_anew_when_the_picture_changes(tmp_path: Path) -> None:
    image = tmp_path / "graph.svg"
    async with visualization(image) as url, aiohttp.ClientSession() as http:
        root = url.rpartition("/")[0]
        async with http.get(url) as page:
            assert 'id="picture"' in await page.text()
        assert (await http.get(f"{root}/picture")).status == 404
        image.write_text("<svg/>")
        async with http.get(f"{root}/picture") as first:
            assert (first.status, first.content_type) == (200, "image/svg+xml")
            tag = first.headers["ETag"]
        assert (await http.get(f"{root}/picture", headers={"If-None-Match": tag})).status == 304
        image.write_text("<svg>changed</svg>")
        async with http.get(f"{root}/picture", headers={"If-None-Match": tag}) as second:
            assert "changed" in await second.text()


async def test_the_file_that_is_named_is_served_where_rasas_function_serves_it(tmp_path: Path) -> None:
    """As a program of its own, until it is interrupted."""
    graph, port = tmp_path / "story_graph.dot", free_port()
    graph.write_text('digraph { "é" }')
    code = f"from slackbot.shell.visualization import start_visualization as s; s({str(graph)!r}, {port})"
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        served = await answered(http, f"http://127.0.0.1:{port}/visualization.dot")
        page = await answered(http, f"http://127.0.0.1:{port}/visualization.html")
        program.send_signal(signal.SIGINT)
        _, said = await program.communicate()
    assert served == ("text/plain", 'digraph { "é" }')
    assert page[0] == "text/html"
    assert (program.returncode, said) == (0, b"")


async def answered(http: aiohttp.ClientSession, url: str) -> tuple[str, str]:
    """Content type and text, once the server is there."""
    while True:
        try:
            async with http.get(url) as answer:
                return answer.content_type, await answer.text()
        except aiohttp.ClientConnectorError:
            await asyncio.sleep(0.05)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with visualization(tmp_path / "graph.svg") as url:
        port = int(re.search(r":(\d+)/", url)[1])  # type: ignore[index]
        with pytest.raises(SettingsError, match=f"port {port} can't be listened on"):
            await asyncio.to_thread(start_visualization, str(tmp_path / "graph.svg"), port)
