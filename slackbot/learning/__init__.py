"""The learning loop: what is asked, what was agreed, what happens next. Nothing of Slack in here."""
