"""Rasa's conversation API, served over the conversations in Redis."""
