"""A folder like /proc, whose processes are born, work and die as a test says."""

from pathlib import Path


class MadeProc:
    """Processes by pid; `last_pid` is told in loadavg."""

    def __init__(self, folder: Path) -> None:
        """Empty."""
        self.folder = folder
        self.last_pid = 0

    def write(
        self,
        pid: int,
        *,
        parent: int = 1,
        comm: str = "work",
        cpu: int = 0,
        children: int = 0,
        start: int | None = None,
        environment: str = "",
        words: str = "",
        pages: int = 10,
    ) -> None:
        """Be born with these, or go on with these."""
        own = self.folder / str(pid)
        own.mkdir(exist_ok=True)
        begun = pid if start is None else start
        numbers = f"{cpu} 0 {children} 0 20 0 1 0 {begun} 0 {pages}"
        (own / "stat").write_text(f"{pid} ({comm}) S {parent} 0 0 0 0 0 0 0 0 0 {numbers}\n")
        (own / "statm").write_text(f"100 {pages} 0 0 0 0 0\n")
        (own / "io").write_text(f"read_bytes: {cpu * 1024}\nwrite_bytes: {cpu * 2048}\n")
        (own / "environ").write_text(environment.replace(" ", "\0"))
        (own / "cmdline").write_text(words.replace(" ", "\0"))
        self.last_pid = max(self.last_pid, pid)
        self.tell_last_pid()

    def kill(self, pid: int) -> None:
        """It is gone; who has its files open finds nothing in them."""
        own = self.folder / str(pid)
        for file in own.iterdir():
            file.write_text("")
            file.unlink()
        own.rmdir()

    def tell_last_pid(self) -> None:
        """As a kernel does."""
        (self.folder / "loadavg").write_text(f"0.1 0.1 0.1 1/2 {self.last_pid}\n")
