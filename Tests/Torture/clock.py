"""A clock that jumps a day back and ten years ahead while every stage works."""

from processes import TortureError
from shims import compiled


def run(torture):
    library = compiled(torture, "clock_jump")
    workspace = torture.scratch("clock")
    for index, step in enumerate(torture.steps):
        # The slowest may take ten times as long on a busy machine; what waits for a date never ends.
        result = torture.programs.run(
            step.command(workspace), {"LD_PRELOAD": str(library)},
            seconds=30 + 10 * torture.undisturbed.seconds[index])
        if result.status != 0:
            raise TortureError(f"{step.name} with a jumping clock: {result.said.strip()}")
        torture.report.count("clock", step.name)
    torture.compare("a jumping clock", torture.undisturbed.after[-1], workspace)
    torture.discard(workspace)
