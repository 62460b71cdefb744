"""The pages, a module a subject: each takes a request apart, asks a view or an act, and answers."""
