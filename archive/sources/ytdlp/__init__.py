"""The source that reads channels by way of yt-dlp, kept honest and within bounds."""
