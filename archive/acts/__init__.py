"""What people do: judge, correct, declare, open and close, take out, accept and refuse; a change with its event.

The rules of each deed are here, for whatever it is done through. Each either happens whole, with its event, or not.
"""
