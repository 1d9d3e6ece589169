"""``python -m slackbot`` is ``storythread``."""

from slackbot.cli import main

main()
