"""``storythread shell``: the learning loop in a terminal, for one person without Slack."""
