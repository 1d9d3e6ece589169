"""What many people say, made one answer. Pure functions over votes; nothing of dialogue, Slack or Redis in here."""
