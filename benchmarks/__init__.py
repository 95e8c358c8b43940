"""How long this project takes beside what people use today, where its time goes, and how it grows."""
