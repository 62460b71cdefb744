"""The same recording in several clips: sounds compared at archive scale, and what people's judgements join. Pure."""
