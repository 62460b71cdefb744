"""What people are shown: status, a clip, an entry, what waits, exports, as frozen records or texts to be written out.

A view changes nothing. Nothing here prints, and nothing knows SQL.
"""
