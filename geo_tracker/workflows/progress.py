"""How far a piece of work is, for whoever watches it."""

from dataclasses import dataclass

from geo_tracker.language import Message


@dataclass
class Progress:
    """The present stage in words, and how much of it is done."""

    stage: Message | None = None
    done: int = 0
    total: int = 0

    def at(self, text: str, done: int = 0, total: int = 0, **values: object) -> None:
        """Say what is being done now."""
        self.say(Message(text, dict(values)))
        self.count(done, total)

    def say(self, stage: Message) -> None:
        """Say what is being done now, of which nobody knows how much there is."""
        self.stage, self.done, self.total = stage, 0, 0

    def count(self, done: int, total: int) -> None:
        """Say how much of the present stage is done."""
        self.done, self.total = done, total
