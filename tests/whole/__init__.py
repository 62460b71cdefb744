"""The whole way of a clip, as a user goes it: the command line in processes of its own, and every other part real."""
