"""How well a project is learned: its intents, its stories and its own tests, told in tables and pictures."""
