"""What people see in Slack: pure functions from the loop's questions to Block Kit. Nothing of Redis in here."""
