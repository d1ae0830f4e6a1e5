"""One job as a story: sections of lines for people, each with the same as data for programs."""
