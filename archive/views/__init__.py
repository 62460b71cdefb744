"""What people are shown: status, a clip, an entry, what waits, exports, as frozen records or texts to write.

A view changes nothing. Nothing here prints, and nothing knows SQL.
"""
