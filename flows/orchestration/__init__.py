"""The flows and their schedules. The only room that knows Prefect."""
