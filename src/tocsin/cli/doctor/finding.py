"""One thing that the doctor found."""

from dataclasses import dataclass

WELL, WEAK, BROKEN = "well", "weak", "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`about` says what was looked at, `text` what was found, `mend` what to do; nothing to do where all is well."""

    state: str  # well; weak: works, but less than people would expect; broken: somebody will not be told
    about: str
    text: str
    mend: str = ""

    def line(self) -> str:
        """As printed."""
        return f"{self.state:7}{self.about}: {self.text}" + (f"\n       -> {self.mend}" if self.mend else "")
