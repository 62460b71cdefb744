"""Media files: what they hold, whether they are whole, and their sound, by ffmpeg within bounds."""
