"""What axe, the accessibility checker, finds on the page as it is."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

_RUN = """() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.help + '\\n' + one.nodes.slice(0, 5).map(n => '  ' + n.html.slice(0, 200)
        + '\\n    ' + n.failureSummary.replace(/\\n/g, ' ')).join('\\n')))"""


async def serious_findings(page: Page) -> list[str]:
    """The serious and critical findings, each with its first elements; an empty list is what a test wants."""
    script = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    await page.evaluate(script)  # not as a script element: the page's policy lets no foreign one in
    found: Any = await page.evaluate(_RUN)
    return list(found)
