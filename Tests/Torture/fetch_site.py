"""The test site, on a free port of 127.0.0.1 for as long as the harness runs."""

import subprocess


class Site:
    """A running fetch-server."""

    def __init__(self, programs):
        self.process = subprocess.Popen(
            programs.command(["fetch-server"]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.url = self.process.stdout.readline().decode().strip()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
