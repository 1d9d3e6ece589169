"""The story picture: a conversation and the stories around it as a graph, drawn as a PNG and on a live page."""
