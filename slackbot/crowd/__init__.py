"""What many people say, made one answer; what is known of these people, and when they are asked.

Pure functions; nothing of dialogue, Slack or Redis in here.
"""
