"""The tests: a folder a room, `whole` for the way of a clip, `support` small helpers, `world` the outside made here."""
