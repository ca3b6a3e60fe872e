"""The workbench: pretend neighbours of the bot, and a terminal to try it without accounts."""
