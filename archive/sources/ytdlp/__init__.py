"""Channels by way of yt-dlp, kept honest and within bounds."""
