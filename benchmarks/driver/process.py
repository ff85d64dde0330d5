"""What a process costs, as Linux counts it: CPU time, by thread where that matters, and memory."""

import pathlib
import subprocess
import time

# The kind of CPU clock in a clock's number (linux/posix-timers.h): what the scheduler counts, in nanoseconds.
SCHEDULER_CLOCK = 2


def cpu_ms(pid):
    """User and system time of all threads that the process has or had, in milliseconds. /proc/PID/stat would round it to 10 ms."""
    return time.clock_gettime((~pid << 3) | SCHEDULER_CLOCK) * 1000


def thread_cpu_ms(pid):
    """Milliseconds on a CPU by thread: {thread id: (name, time)}, from the scheduler's own count in nanoseconds."""
    times = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            times[task.name] = (name, int((task / "schedstat").read_text().split()[0]) / 1e6)
        except FileNotFoundError:
            continue  # the thread has ended
    return times


def memory_mib(pid):
    """(anonymous, resident) in MiB: what the process alone holds, and what is in memory for it, shared libraries and files included."""
    sums = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, kibibytes = line.split()[:2]
        sums[name] = int(kibibytes) / 1024
    return sums["Anonymous:"], sums["Rss:"]


def thread_count(pid):
    return sum(1 for _ in pathlib.Path(f"/proc/{pid}/task").iterdir())


class Meter:
    """CPU and wall time of a process between entering and leaving, and CPU of the database it works on.

    with Meter(pid) as used: …
    """

    def __init__(self, pid, engine=None):
        self.pid = pid
        self.engine = engine

    def __enter__(self):
        if self.engine:
            self.engine.settle()
        self._retries = self.engine.retries() if self.engine else 0
        self._database = self._database_ms()
        self._threads = thread_cpu_ms(self.pid)
        self._cpu = cpu_ms(self.pid)
        self._wall = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self._wall
        self.cpu_ms = cpu_ms(self.pid) - self._cpu
        self._after = thread_cpu_ms(self.pid)
        if self.engine:
            self.engine.settle()
        self.database_ms = self._database_ms() - self._database
        self.retries = self.engine.retries() - self._retries if self.engine else 0

    def _database_ms(self):
        return self.engine.cpu_ms() if self.engine else 0.0

    def cpu_ms_of_threads(self, prefix):
        """CPU time of the threads whose name begins with `prefix`."""
        return sum(
            spent - self._threads.get(thread, (name, 0.0))[1]
            for thread, (name, spent) in self._after.items()
            if name.startswith(prefix)
        )


def stop(process, seconds=15):
    """Ends a process that was started here, and waits for it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
