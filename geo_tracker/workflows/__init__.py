"""One function per thing a user makes happen; it commits once."""
